// What only the real file system can show: modes, errors of the kernel, and that flock refuses a second process.
// Each test has its own directory.

using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using LedgerStore.Engine.Files;
using Xunit;

namespace LedgerStore.Tests.Engine.Files;

[SupportedOSPlatform("linux")]
public sealed class LinuxFileSystemOnlyTests : IDisposable
{
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead;
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ledgerstore-");
    private readonly LinuxFileSystem _files = new();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Bytes_that_are_sent_to_the_disk_early_are_the_same_bytes()
    {
        using IFile file = _files.Create(At("sent"), FileAccessMode.ReadWrite);
        byte[] bytes = [.. Enumerable.Range(0, 10_000).Select(static i => (byte)i)];
        file.Write(0, bytes);
        file.Advise(FileAdvice.WriteSoon, 0, 8192);
        file.Write(100, [1, 2, 3]);
        file.Advise(FileAdvice.WriteSoon, 0, 0);
        file.Sync();
        (bytes[100], bytes[101], bytes[102]) = (1, 2, 3);
        byte[] read = new byte[bytes.Length];
        Assert.Equal(read.Length, file.Read(0, read));
        Assert.Equal(bytes, read);
    }

    [Fact]
    public void Only_the_owner_can_read_what_the_store_creates()
    {
        _files.Create(At("file"), FileAccessMode.ReadWrite).Dispose();
        _files.CreateDirectory(At("directory"));
        _files.Lock(At("lock")).Dispose();
        Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(At("file")));
        Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(At("lock")));
        Assert.Equal(OwnerReadsAndWrites | UnixFileMode.UserExecute, File.GetUnixFileMode(At("directory")));

        _files.MakeReadOnly(At("file"));
        Assert.Equal(OwnerReads, File.GetUnixFileMode(At("file")));
    }

    [Fact]
    public void A_full_device_is_told_apart_and_says_what_to_do()
    {
        using LinuxFile full = Unchecked("/dev/full");
        StorageException error = Assert.Throws<StorageException>(() => full.Write(0, "x"u8));
        Assert.True(error.IsNoSpace);
        Assert.Equal(StorageOperation.Write, error.Operation);
        Assert.Contains("/dev/full", error.Message, StringComparison.Ordinal);
        Assert.Contains("free space", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipe", "it is a pipe")]
    [InlineData("directory", "it is a directory")]
    [InlineData("socket", "")]
    [InlineData("link", "It is a symbolic link")]
    [InlineData("link to nothing", "It is a symbolic link")]
    [InlineData("/dev/null", "it is a device")]
    [InlineData("/dev/zero", "it is a device")]
    public async Task What_is_no_regular_file_is_refused_at_once(string kind, string says)
    {
        string path = kind[0] == '/' ? kind : At(kind);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Make(kind, path, socket);
        foreach (Action open in new Action[]
        {
            () => _files.Open(path, FileAccessMode.ReadOnly).Dispose(),
            () => _files.Open(path, FileAccessMode.ReadWrite).Dispose(),
            () => _files.MapReadOnly(path).Dispose(),
            () => _files.LockShared(path).Dispose(),
            () => _files.Lock(path).Dispose(),
        })
        {
            // A pipe would be waited for, for ever.
            StorageException refused = await Assert.ThrowsAsync<StorageException>(
                () => Task.Run(open).WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
            Assert.Equal(path, refused.Path);
        }
    }

    [Fact]
    public void A_directory_that_is_a_link_is_not_listed()
    {
        _files.CreateDirectory(At("real"));
        File.CreateSymbolicLink(At("linked"), "real");
        Assert.Empty(_files.List(At("real")));
        StorageException refused = Assert.Throws<StorageException>(() => _files.List(At("linked")));
        Assert.Equal(StorageOperation.List, refused.Operation);
    }

    private void Make(string kind, string path, Socket socket)
    {
        switch (kind)
        {
            case "pipe":
                using (Process mkfifo = Start("mkfifo", path))
                {
                    mkfifo.WaitForExit();
                }

                break;
            case "directory":
                _files.CreateDirectory(path);
                break;
            case "socket":
                socket.Bind(new UnixDomainSocketEndPoint(path));
                break;
            case "link":
                _files.Create(At("target"), FileAccessMode.ReadWrite).Dispose();
                File.CreateSymbolicLink(path, "target");
                break;
            case "link to nothing":
                File.CreateSymbolicLink(path, "nowhere");
                break;
            default:
                break;
        }
    }

    [Fact]
    public void A_sync_that_fails_throws()
    {
        // A pipe cannot be synced: fdatasync says EINVAL. The framework's own flush swallows exactly that.
        using Process mkfifo = Start("mkfifo", At("pipe"));
        mkfifo.WaitForExit();
        using LinuxFile pipe = Unchecked(At("pipe"));
        StorageException error = Assert.Throws<StorageException>(pipe.Sync);
        Assert.Equal(StorageOperation.Sync, error.Operation);
        Assert.Equal(FileErrno.InvalidArgument, error.Errno);
    }

    [Fact]
    public void Flock_refuses_a_second_process_and_names_the_first()
    {
        using Process holder = Start("flock", "--exclusive", At("LOCK"), "sh", "-c", "echo locked; read line");
        Assert.Equal("locked", holder.StandardOutput.ReadLine());
        DataDirectoryInUseException refused =
            Assert.Throws<DataDirectoryInUseException>(() => _files.Lock(At("LOCK")));
        Assert.Null(refused.ProcessId);

        // A holder that wrote itself down, as we do.
        using (IFile file = _files.Open(At("LOCK"), FileAccessMode.ReadWrite))
        {
            file.Write(0, Encoding.ASCII.GetBytes($"pid {holder.Id}\nboot x\n"));
        }

        refused = Assert.Throws<DataDirectoryInUseException>(() => _files.Lock(At("LOCK")));
        Assert.Equal(holder.Id, refused.ProcessId);

        holder.StandardInput.WriteLine();
        holder.WaitForExit();
        _files.Lock(At("LOCK")).Dispose();
    }

    [Fact]
    public void Our_lock_refuses_another_process_until_it_is_given_back()
    {
        using (_files.Lock(At("LOCK")))
        {
            using Process refused = Start("flock", "--exclusive", "--nonblock", At("LOCK"), "true");
            refused.WaitForExit();
            Assert.Equal(1, refused.ExitCode);
            using IFile file = _files.Open(At("LOCK"), FileAccessMode.ReadOnly);
            byte[] bytes = new byte[file.Length];
            Assert.Equal(bytes.Length, file.Read(0, bytes));
            string[] owner = Encoding.ASCII.GetString(bytes).Split('\n');
            Assert.Equal($"pid {Environment.ProcessId}", owner[0]);
            Assert.StartsWith("boot ", owner[1], StringComparison.Ordinal);
        }

        using Process granted = Start("flock", "--exclusive", "--nonblock", At("LOCK"), "true");
        granted.WaitForExit();
        Assert.Equal(0, granted.ExitCode);
    }

    [Fact]
    public void Another_process_does_not_inherit_the_lock_or_open_files()
    {
        using IDisposable held = _files.Lock(At("LOCK"));
        using IFile file = _files.Create(At("file"), FileAccessMode.ReadWrite);
        using Process child = Start("sh", "-c", "ls -l /proc/self/fd");
        string open = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.DoesNotContain(_directory.FullName, open, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_call_leaves_no_descriptor_open()
    {
        int before = OpenDescriptorsInDirectory();
        for (int i = 0; i < 20; i++)
        {
            Assert.Throws<StorageException>(() => _files.Open(At("none"), FileAccessMode.ReadOnly));
            Assert.Throws<StorageException>(() => _files.MapReadOnly(_directory.FullName));
        }

        Assert.Equal(before, OpenDescriptorsInDirectory());
    }

    [Fact]
    public void Unmapping_really_unmaps()
    {
        File.WriteAllBytes(At("a"), new byte[10_000]);
        IMappedFile map = _files.MapReadOnly(At("a"));
        Assert.True(map.TryAcquire(out MappedFileLease lease));
        Assert.Contains(At("a"), File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        map.Dispose();
        Assert.Contains(At("a"), File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        lease.Dispose();
        Assert.DoesNotContain(At("a"), File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(
        new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;

    private int OpenDescriptorsInDirectory() =>
        Directory.GetFiles("/proc/self/fd").Count(fd => IsInDirectory(fd));

    private bool IsInDirectory(string descriptor)
    {
        try
        {
            return (File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName ?? "")
                .StartsWith(_directory.FullName, StringComparison.Ordinal);
        }
        catch (FileNotFoundException)
        {
            // Another test closed its own between the listing and the look.
            return false;
        }
    }

    // The file system itself opens nothing but regular files.
    private static LinuxFile Unchecked(string path) =>
        new(FileDescriptor.Open(StorageOperation.Open, path, LinuxNative.OpenReadWrite), path);

    private string At(string name) => _directory.FullName + "/" + name;
}
