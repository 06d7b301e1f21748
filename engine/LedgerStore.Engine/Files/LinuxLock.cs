// The lock of a data directory: flock on a file, held until disposed or until the process ends, however it ends.
// Taken before any other file is touched, by the thread that opens the store.

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LedgerStore.Engine.Files;

/// <summary>flock(LOCK_EX) by our own call: the framework's file locks can be switched off from outside.</summary>
internal sealed class LinuxLock : IDisposable
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";
    private readonly FileDescriptor _descriptor;

    private LinuxLock(FileDescriptor descriptor) => _descriptor = descriptor;

    public static LinuxLock Take(string path)
    {
        FileDescriptor descriptor = OpenLockFile(path, out bool isWritable);
        try
        {
            LockOrThrow(descriptor, LinuxNative.LockExclusive, path);
            if (isWritable)
            {
                WriteOwner(new LinuxFile(descriptor, path));
            }

            return new LinuxLock(descriptor);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Keeps owners out for as long as somebody reads; writes nothing.</summary>
    public static LinuxLock TakeShared(string path)
    {
        FileDescriptor descriptor = FileDescriptor.OpenRegular(
            StorageOperation.Lock, path, LinuxNative.OpenReadOnly);
        try
        {
            LockOrThrow(descriptor, LinuxNative.LockShared, path);
            return new LinuxLock(descriptor);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Returns the lock. The file stays: removing it would let two processes lock two files of one name.
    /// </summary>
    public void Dispose()
    {
        if (!_descriptor.IsClosed)
        {
            // Said, and not left to the closing: a child process that is being started has the descriptor too, until it
            // runs its own program, and would keep the lock for that long.
            _ = LinuxNative.Lock(_descriptor, LinuxNative.LockRelease);
        }

        _descriptor.Dispose();
    }

    /// <summary>On a read-only file system the lock still excludes; only who holds it cannot be written down.</summary>
    private static FileDescriptor OpenLockFile(string path, out bool isWritable)
    {
        isWritable = true;
        try
        {
            return FileDescriptor.OpenRegular(
                StorageOperation.Lock, path, LinuxNative.OpenReadWrite | LinuxNative.OpenCreate);
        }
        catch (StorageException readOnly) when (readOnly.IsReadOnly)
        {
            isWritable = false;
            return FileDescriptor.OpenRegular(StorageOperation.Lock, path, LinuxNative.OpenReadOnly);
        }
    }

    private static void LockOrThrow(FileDescriptor descriptor, int kind, string path)
    {
        while (LinuxNative.Lock(descriptor, kind | LinuxNative.LockNonBlocking) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == FileErrno.TryAgain)
            {
                throw new DataDirectoryInUseException(path, ReadOwner(new LinuxFile(descriptor, path)));
            }

            if (errno != FileErrno.Interrupted)
            {
                throw new StorageException(StorageOperation.Lock, errno, path);
            }
        }
    }

    private static void WriteOwner(LinuxFile file)
    {
        string owner = $"pid {Environment.ProcessId}\nboot {File.ReadAllText(BootIdPath).Trim()}\n";
        byte[] bytes = Encoding.ASCII.GetBytes(owner);

        // Written first and cut afterwards: whoever is refused meanwhile reads an old or a new first line.
        file.Write(0, bytes);
        file.SetLength(bytes.Length);
    }

    private static int? ReadOwner(LinuxFile file)
    {
        Span<byte> bytes = stackalloc byte[128];
        string text = Encoding.ASCII.GetString(bytes[..file.Read(0, bytes)]);
        string first = text.Split('\n')[0];
        return first.StartsWith("pid ", StringComparison.Ordinal)
            && int.TryParse(first.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            ? pid
            : null;
    }
}
