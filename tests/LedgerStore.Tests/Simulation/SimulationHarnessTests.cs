// The harness proves itself: fault plans hit, the same seed gives the same run, and planted bugs are found.

using LedgerStore.Engine.Files;
using Xunit;

namespace LedgerStore.Tests.Simulation;

public sealed class SimulationHarnessTests
{
    [Fact]
    public void A_fault_hits_the_call_it_was_planned_for()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions())
        {
            Faults = FaultPlans.At(2, SimulatedFault.ShortWrite(FileErrno.NoSpace, keptBytes: 3)),
        };
        using IFile file = disk.Create("/a", FileAccessMode.ReadWrite);
        Assert.True(Assert.Throws<StorageException>(() => file.Write(0, "hello"u8)).IsNoSpace);
        Assert.Equal("hel"u8.ToArray(), disk.ReadAll("/a"));
        file.Write(0, "hello"u8);
        Assert.Equal(["#1 Create /a", "#2 Write /a [0+5]", "#3 Write /a [0+5]"], disk.Trace.Select(c => c.ToString()));
    }

    [Fact]
    public void After_the_crash_every_call_throws_it()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions())
        {
            Faults = FaultPlans.At(2, SimulatedFault.CrashAfter),
        };
        IFile file = disk.Create("/a", FileAccessMode.ReadWrite);
        Assert.Throws<SimulatedCrash>(() => file.Write(0, "hello"u8));
        Assert.True(disk.IsCrashed);
        Assert.Throws<SimulatedCrash>(file.Sync);
        Assert.Throws<SimulatedCrash>(() => disk.Exists("/a"));
        file.Dispose();
        Assert.Equal("hello"u8.ToArray(), disk.Crash(new KeepAll()).ReadAll("/a"));
    }

    [Fact]
    public void A_read_only_mount_refuses_changes_and_still_reads_and_locks()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        disk.Create("/a", FileAccessMode.ReadWrite).Dispose();
        disk.Lock("/LOCK").Dispose();
        disk.IsReadOnly = true;
        Assert.True(Assert.Throws<StorageException>(() => disk.Create("/b", FileAccessMode.ReadWrite)).IsReadOnly);
        Assert.True(Assert.Throws<StorageException>(() => disk.Open("/a", FileAccessMode.ReadWrite)).IsReadOnly);
        Assert.True(Assert.Throws<StorageException>(() => disk.Delete("/a")).IsReadOnly);
        disk.Open("/a", FileAccessMode.ReadOnly).Dispose();
        disk.Lock("/LOCK").Dispose();
    }

    [Fact]
    public void Damage_reaches_cache_disk_and_maps_and_counts_as_no_call()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        using (IFile file = disk.Create("/a", FileAccessMode.ReadWrite))
        {
            file.Write(0, new byte[10_000]);
            disk.SyncFileSystem("/");
        }

        long calls = disk.CallCount;
        disk.FlipBit("/a", 5_000, 3);
        disk.MakeUnreadable("/a", 8_192, 1);
        Assert.Equal(calls, disk.CallCount);
        Assert.Equal(8, disk.Crash(new LoseAll()).ReadAll("/a")[5_000]);

        using IMappedFile map = disk.MapReadOnly("/a");
        Assert.True(map.TryAcquire(out MappedFileLease lease));
        Assert.True(map.TryPopulate(5_000, 1, out _));
        Assert.Equal(8, map.Span(5_000, 1)[0]);
        Assert.False(map.TryPopulate(8_200, 1, out StorageException? error));
        Assert.Equal(FileErrno.InputOutput, error!.Errno);
        using IFile reader = disk.Open("/a", FileAccessMode.ReadOnly);
        Assert.Throws<StorageException>(() => reader.Read(0, new byte[10_000]));
        lease.Dispose();
    }

    [Fact]
    public void A_map_read_without_a_lease_or_without_populating_fails_the_test_and_so_does_changing_a_mapped_file()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        using IFile file = disk.Create("/a", FileAccessMode.ReadWrite);
        file.Write(0, new byte[100]);
        using IMappedFile map = disk.MapReadOnly("/a");
        Assert.Throws<InvalidOperationException>(() => map.Span(0, 1).Length);
        Assert.True(map.TryAcquire(out MappedFileLease lease));
        Assert.Throws<InvalidOperationException>(() => map.Span(0, 1).Length);
        Assert.Throws<InvalidOperationException>(() => file.Write(0, "x"u8));
        lease.Dispose();
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        string first = Run(7);
        Assert.Equal(first, Run(7));
        Assert.NotEqual(first, Run(8));
    }

    [Fact]
    public void The_explorer_sees_every_crash_of_a_correct_program()
    {
        int disks = CrashExplorer.EveryCrashPoint<Log>(
            NewDisk, (disk, log) => log.Append(disk, syncsFile: true, syncsDirectory: true), Log.Check,
            CrashExplorer.ExhaustiveMax);
        Assert.InRange(disks, 20, 10_000);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void The_explorer_finds_a_missing_sync(bool syncsFile, bool syncsDirectory)
    {
        InvalidOperationException found = Assert.Throws<InvalidOperationException>(
            () => CrashExplorer.EveryCrashPoint<Log>(
                NewDisk, (disk, log) => log.Append(disk, syncsFile, syncsDirectory), Log.Check,
                CrashExplorer.ExhaustiveMax));
        Assert.Contains("Write /log", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_explorer_finds_a_disk_that_lies_about_syncs()
    {
        (SimulatedFileSystem disk, Log log) = CrashExplorer.RunUntil<Log>(
            NewDisk,
            (d, l) => l.Append(d, syncsFile: true, syncsDirectory: true),
            FaultPlans.OnEvery(StorageOperation.Sync, "/log", SimulatedFault.Skip));
        Assert.ThrowsAny<Exception>(() => Log.Check(disk.Crash(new LoseAll()), log));
    }

    [Fact]
    public void Many_sectors_are_sampled_with_their_corners()
    {
        SimulatedFileSystem disk = NewDisk();
        using IFile file = disk.Create("/a", FileAccessMode.ReadWrite);
        disk.SyncDirectory("/");
        file.SetLength(100 * 512);
        file.Sync();
        byte[] ones = new byte[100 * 512];
        ones.AsSpan().Fill(1);
        file.Write(0, ones);
        List<int> kept = [.. CrashExplorer.Crashes(disk, 1_000, 1)
            .Select(crash => crash.Disk.ReadAll("/a").Chunk(512).Count(sector => sector[0] == 1))];
        Assert.Equal(1_000, kept.Count);
        Assert.Contains(0, kept);
        Assert.Contains(100, kept);
        Assert.True(kept.Count(k => k == 99) >= 100);
        Assert.True(kept.Count(k => k == 1) >= 100);
        Assert.Contains(kept, k => k is > 30 and < 70);
    }

    private static SimulatedFileSystem NewDisk() => new(new SimulatedOptions());

    private static string Run(ulong seed)
    {
        SimulatedOptions options = new() { Seed = seed, WriteBackOneIn = 5, GarbageInLostSectors = true };
        SimulatedFileSystem disk = new(options)
        {
            Faults = FaultPlans.ByChance(seed, 20, FileErrno.InputOutput, FileErrno.NoSpace),
        };
        SplitMix random = new(seed);
        List<IFile> files = [];
        string outcome = "";
        for (int i = 0; i < 200; i++)
        {
            try
            {
                int what = random.Below(5);
                if (files.Count == 0 || what == 0)
                {
                    files.Add(disk.Create($"/{i}", FileAccessMode.ReadWrite));
                }
                else if (what == 1)
                {
                    files[random.Below(files.Count)].Sync();
                }
                else if (what == 2)
                {
                    disk.SyncDirectory("/");
                }
                else
                {
                    byte[] bytes = new byte[random.Below(5_000)];
                    random.Fill(bytes);
                    files[random.Below(files.Count)].Write(random.Below(5_000), bytes);
                }
            }
            catch (StorageException error)
            {
                outcome += error.Errno + " ";
            }
        }

        SimulatedFileSystem after = disk.Crash(new SeededChooser(seed));
        foreach (string path in after.AllFiles("/"))
        {
            outcome += path + Convert.ToHexString(
                System.Security.Cryptography.SHA256.HashData(after.ReadAll(path)));
        }

        return outcome;
    }

    /// <summary>The smallest durable program: a log of bytes, which remembers what it acknowledged.</summary>
    private sealed class Log
    {
        private int _acknowledged;

        public static void Check(SimulatedFileSystem disk, Log log)
        {
            byte[] found = disk.Exists("/log") ? disk.ReadAll("/log") : [];
            for (int i = 0; i < log._acknowledged; i++)
            {
                Assert.True(i * 512 < found.Length && found[i * 512] == i + 1, $"acknowledged record {i} is gone");
            }
        }

        public void Append(SimulatedFileSystem disk, bool syncsFile, bool syncsDirectory)
        {
            using IFile file = disk.Create("/log", FileAccessMode.ReadWrite);
            if (syncsDirectory)
            {
                disk.SyncDirectory("/");
            }

            for (int i = 0; i < 4; i++)
            {
                byte[] record = new byte[512];
                record.AsSpan().Fill((byte)(i + 1));
                file.Write(i * 512, record);
                if (syncsFile)
                {
                    file.Sync();
                }

                _acknowledged = i + 1;
            }
        }
    }
}
