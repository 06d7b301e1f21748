// What a power cut may and may not do in the simulated file system: the rules every crash test relies on.

using LedgerStore.Engine.Files;
using Xunit;

namespace LedgerStore.Tests.Simulation;

public sealed class CrashSemanticsTests
{
    private readonly SimulatedFileSystem _disk = new(new SimulatedOptions());

    [Fact]
    public void What_was_synced_survives_every_crash()
    {
        using IFile file = NewDurableFile("/a", 3_000);
        foreach (SimulatedFileSystem after in AllCrashes(1))
        {
            Assert.Equal(Filled(3_000, 1), after.ReadAll("/a"));
        }
    }

    [Fact]
    public void A_file_whose_directory_was_not_synced_may_be_lost_with_all_its_synced_bytes()
    {
        using IFile file = _disk.Create("/a", FileAccessMode.ReadWrite);
        file.Write(0, Filled(512, 1));
        file.Sync();
        List<SimulatedFileSystem> crashes = AllCrashes(2);
        Assert.False(crashes[0].Exists("/a"));
        Assert.Equal(Filled(512, 1), crashes[1].ReadAll("/a"));
    }

    [Fact]
    public void Unsynced_sectors_survive_in_every_subset()
    {
        using IFile file = NewDurableFile("/a", 4 * 512);
        file.Write(0, Filled(4 * 512, 2));
        HashSet<string> seen = [];
        foreach (SimulatedFileSystem after in AllCrashes(16))
        {
            byte[] bytes = after.ReadAll("/a");
            Assert.All(bytes.Chunk(512), sector => Assert.Equal(Filled(512, sector[0]), sector));
            seen.Add(string.Concat(bytes.Chunk(512).Select(sector => sector[0])));
        }

        Assert.Equal(16, seen.Count);
    }

    [Fact]
    public void The_length_may_survive_without_the_bytes()
    {
        using IFile file = NewDurableFile("/a", 0);
        file.Write(0, Filled(1_024, 2));
        string[] seen = [.. AllCrashes(5).Select(
            after => string.Concat(after.ReadAll("/a").Chunk(512).Select(sector => sector[0])))];
        Assert.Equal(["", "00", "02", "20", "22"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Garbage_may_stand_where_nothing_was_ever_written()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions { GarbageInLostSectors = true });
        using IFile file = disk.Create("/a", FileAccessMode.ReadWrite);
        disk.SyncDirectory("/");
        file.Write(0, Filled(512, 2));
        byte[][] seen = [.. CrashExplorer.Crashes(disk, 100, 1).Select(crash => crash.Disk.ReadAll("/a"))];
        Assert.Contains(seen, bytes => bytes.Length == 512 && bytes[0] == 2);
        Assert.Contains(seen, bytes => bytes.Length == 512 && bytes.Distinct().Count() > 100);
    }

    [Fact]
    public void Any_length_since_the_last_sync_may_survive_and_cut_bytes_are_zeros_later()
    {
        using IFile file = NewDurableFile("/a", 100);
        file.Write(100, Filled(100, 1));
        file.Write(200, Filled(100, 1));
        HashSet<long> lengths = [];
        foreach (SimulatedFileSystem after in AllCrashes(6))
        {
            using IFile reopened = after.Open("/a", FileAccessMode.ReadWrite);
            lengths.Add(reopened.Length);
            long length = reopened.Length;
            reopened.SetLength(1_000);
            Assert.False(after.ReadAll("/a").AsSpan((int)length).ContainsAnyExcept((byte)0));
        }

        Assert.Equal([100, 200, 300], lengths.Order());
    }

    [Fact]
    public void A_cut_that_was_not_synced_may_be_undone()
    {
        using IFile file = NewDurableFile("/a", 5_000);
        file.SetLength(10);
        long[] lengths = [.. AllCrashes(null).Select(after => (long)after.ReadAll("/a").Length).Distinct().Order()];
        Assert.Equal([10, 5_000], lengths);
    }

    [Fact]
    public void A_rename_is_atomic()
    {
        Write("/old", 1);
        Write("/new", 2);
        _disk.SyncDirectory("/");
        _disk.Rename("/new", "/old");
        List<SimulatedFileSystem> crashes = AllCrashes(2);
        Assert.Equal(["new", "old"], crashes[0].List("/"));
        Assert.Equal(Filled(512, 1), crashes[0].ReadAll("/old"));
        Assert.Equal(["old"], crashes[1].List("/"));
        Assert.Equal(Filled(512, 2), crashes[1].ReadAll("/old"));
    }

    [Fact]
    public void Entries_that_share_no_name_are_lost_independently_and_those_that_do_in_order()
    {
        Write("/a", 1);
        Write("/b", 2);
        _disk.Rename("/a", "/c");
        string[] seen = [.. AllCrashes(6).Select(after => string.Concat(after.List("/")))];
        Assert.Equal(["", "a", "ab", "b", "bc", "c"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_directory_sync_covers_its_own_entries_only()
    {
        _disk.CreateDirectory("/d");
        Write("/d/a", 1);
        _disk.SyncDirectory("/d");
        List<SimulatedFileSystem> crashes = AllCrashes(2);
        Assert.False(crashes[0].Exists("/d"));
        Assert.True(crashes[1].Exists("/d/a"));
        _disk.SyncDirectory("/");
        Assert.True(AllCrashes(1)[0].Exists("/d/a"));
    }

    [Fact]
    public void A_deletion_that_was_not_synced_may_be_undone()
    {
        Write("/a", 1);
        _disk.SyncDirectory("/");
        _disk.Delete("/a");
        List<SimulatedFileSystem> crashes = AllCrashes(2);
        Assert.Equal(Filled(512, 1), crashes[0].ReadAll("/a"));
        Assert.False(crashes[1].Exists("/a"));
        _disk.SyncDirectory("/");
        Assert.False(AllCrashes(1)[0].Exists("/a"));
    }

    [Fact]
    public void Syncing_the_file_system_makes_everything_durable()
    {
        _disk.CreateDirectory("/d");
        using IFile file = _disk.Create("/d/a", FileAccessMode.ReadWrite);
        file.Write(0, Filled(5_000, 1));
        _disk.SyncFileSystem("/");
        Assert.Equal(Filled(5_000, 1), AllCrashes(1)[0].ReadAll("/d/a"));
    }

    [Fact]
    public void After_a_failed_sync_the_bytes_can_be_read_a_second_sync_succeeds_and_a_crash_loses_them()
    {
        int lost = 0;
        for (ulong seed = 0; seed < 50; seed++)
        {
            SimulatedFileSystem disk = new(new SimulatedOptions { Seed = seed })
            {
                Faults = FaultPlans.OnNth(StorageOperation.Sync, "/a", 2, SimulatedFault.Error(FileErrno.InputOutput)),
            };
            using IFile file = disk.Create("/a", FileAccessMode.ReadWrite);
            disk.SyncDirectory("/");
            file.Write(0, Filled(2_048, 1));
            file.Sync();
            file.Write(0, Filled(2_048, 2));
            Assert.Throws<StorageException>(file.Sync);
            Assert.Equal(Filled(2_048, 2), disk.ReadAll("/a"));
            file.Sync();
            List<SimulatedFileSystem> crashes = [.. CrashExplorer.Crashes(disk, 10, 1).Select(crash => crash.Disk)];
            Assert.Single(crashes);
            lost += crashes[0].ReadAll("/a").AsSpan().SequenceEqual(Filled(2_048, 2)) ? 0 : 1;
        }

        Assert.InRange(lost, 25, 50);
    }

    [Fact]
    public void A_full_disk_keeps_a_prefix_and_space_comes_back()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions { CapacityBytes = 10 * 4_096 });
        using IFile file = disk.Create("/a", FileAccessMode.ReadWrite);
        StorageException error = Assert.Throws<StorageException>(() => file.Write(0, Filled(50_000, 1)));
        Assert.True(error.IsNoSpace);
        Assert.Equal(10 * 4_096, file.Length);
        Assert.Equal(0, disk.FreeBytes("/"));
        Assert.True(Assert.Throws<StorageException>(() => file.Allocate(40_960, 1)).IsNoSpace);
        Assert.Equal(10 * 4_096, file.Length);
        file.SetLength(4_096);
        Assert.Equal(9 * 4_096, disk.FreeBytes("/"));
        disk.Delete("/a");
        Assert.Equal(9 * 4_096, disk.FreeBytes("/"));
        file.Dispose();
        Assert.Equal(10 * 4_096, disk.FreeBytes("/"));
    }

    [Fact]
    public void Write_back_may_bring_an_older_version_of_a_sector_to_the_disk()
    {
        HashSet<int> seen = [];
        for (ulong seed = 0; seed < 100; seed++)
        {
            SimulatedFileSystem disk = new(new SimulatedOptions { Seed = seed, WriteBackOneIn = 2 });
            using IFile file = disk.Create("/a", FileAccessMode.ReadWrite);
            file.SetLength(512);
            disk.SyncFileSystem("/");
            file.Write(0, Filled(512, 1));
            file.Write(0, Filled(512, 2));
            seen.Add(disk.Crash(new LoseAll()).ReadAll("/a")[0]);
        }

        Assert.Equal([0, 1], seen.Order());
    }

    private static byte[] Filled(int count, byte value)
    {
        byte[] bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private IFile NewDurableFile(string path, int length)
    {
        IFile file = _disk.Create(path, FileAccessMode.ReadWrite);
        file.Write(0, Filled(length, 1));
        file.Sync();
        _disk.SyncDirectory("/");
        return file;
    }

    private void Write(string path, byte value)
    {
        using IFile file = _disk.Create(path, FileAccessMode.ReadWrite);
        file.Write(0, Filled(512, value));
        file.Sync();
    }

    private List<SimulatedFileSystem> AllCrashes(int? expected)
    {
        List<SimulatedFileSystem> crashes = [];
        ExhaustiveChooser chooser = new();
        while (chooser.Next())
        {
            crashes.Add(_disk.Crash(chooser));
        }

        Assert.Equal(expected ?? crashes.Count, crashes.Count);
        return crashes;
    }
}
