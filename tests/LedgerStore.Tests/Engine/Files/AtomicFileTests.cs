// A file that is replaced: after a power cut at each of its steps the old one or the new one is there, whole.

using System.Runtime.Versioning;
using LedgerStore.Durable;
using LedgerStore.Engine.Files;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Files;

public sealed class AtomicFileTests
{
    private const string Place = "/state";

    private static readonly byte[] s_old = [.. Enumerable.Repeat((byte)1, 1_500)];
    private static readonly byte[] s_new = [.. Enumerable.Repeat((byte)2, 700)];

    [Fact]
    public void A_power_cut_at_any_step_leaves_the_old_file_or_the_new_one()
    {
        int disks = Explore(static disk => disk);
        Assert.True(disks >= 15, $"{disks} disks");
    }

    [Fact]
    public void Without_the_sync_of_the_file_a_torn_one_is_found() =>
        Assert.Throws<InvalidOperationException>(() => Explore(static disk => new ForgetsTheFile(disk)));

    [Fact]
    public void Without_the_sync_of_the_directory_the_old_one_comes_back() =>
        Assert.Throws<InvalidOperationException>(() => Explore(static disk => new ForgetsTheDirectory(disk)));

    [Fact]
    public void A_failed_write_leaves_the_old_one_in_place()
    {
        SimulatedFileSystem disk = WithOld();
        StorageException full = new(StorageOperation.Write, FileErrno.NoSpace, Place);
        Assert.Throws<StorageException>(() => AtomicFile.Replace(disk, Place, _ => throw full));
        Assert.Equal(s_old, disk.ReadAll(Place));

        AtomicFile.Replace(disk, Place, static file => file.Write(0, s_new));
        Assert.Equal(s_new, disk.ReadAll(Place));
        Assert.False(disk.Exists(AtomicFile.TemporaryOf(Place)));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Outside_of_the_engine_a_file_is_replaced_with_exactly_the_mode_it_should_have()
    {
        const UnixFileMode Wanted = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite;
        string root = Directory.CreateTempSubdirectory("atomic").FullName;
        try
        {
            string path = Path.Combine(root, "a", "b", "file");
            DurableDirectory.Create(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute);
            AtomicFile.Replace(new SystemFiles(mode: null), path, s_old);
            File.WriteAllText(AtomicFile.TemporaryOf(path), "left by a crash, and longer than what comes now");

            AtomicFile.Replace(new SystemFiles(Wanted), path, s_new);

            Assert.Equal(s_new, File.ReadAllBytes(path));
            Assert.Equal(Wanted, File.GetUnixFileMode(path));
            Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.Combine(root, "a")));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void A_sync_that_fails_says_so()
    {
        FileSyncException failed = Assert.Throws<FileSyncException>(() => FileSync.Directory("/no/such/directory"));
        Assert.Contains("/no/such/directory", failed.Message, StringComparison.Ordinal);
    }

    private static int Explore(Func<SimulatedFileSystem, IFileSystem> files) => CrashExplorer.EveryCrashPoint<Known>(
        WithOld,
        (disk, known) =>
        {
            AtomicFile.Replace(files(disk), Place, static file => file.Write(0, s_new));
            known.IsReplaced = true;
        },
        static (disk, known) =>
        {
            byte[] found = disk.ReadAll(Place);
            bool isNew = found.AsSpan().SequenceEqual(s_new);
            Assert.True(isNew || (!known.IsReplaced && found.AsSpan().SequenceEqual(s_old)));
            AtomicFile.Replace(disk, Place, static file => file.Write(0, s_old));
            Assert.Equal(s_old, disk.ReadAll(Place));
        },
        CrashExplorer.ExhaustiveMax);

    private static SimulatedFileSystem WithOld()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        using IFile file = disk.Create(Place, FileAccessMode.ReadWrite);
        file.Write(0, s_old);
        file.Sync();
        disk.SyncDirectory("/");
        return disk;
    }

    private sealed class Known
    {
        public bool IsReplaced { get; set; }
    }

    private sealed class ForgetsTheFile(IFileSystem below) : ForwardingFileSystem(below), IReplaceFiles<IFile>
    {
        void IReplaceFiles<IFile>.SyncFile(IFile file)
        {
        }
    }

    private sealed class ForgetsTheDirectory(IFileSystem below) : ForwardingFileSystem(below)
    {
        public override void SyncDirectory(string path)
        {
        }
    }
}
