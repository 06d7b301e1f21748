// state.log: the newest of everything comes back, compaction keeps it, and thousands of logs share two syncs.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class LedgerStateLogTests
{
    private static readonly UInt128 s_storeId = 99;

    [Fact]
    public void The_newest_of_everything_comes_back()
    {
        SimulatedFileSystem disk = Disk(1);
        LedgerStateLog log = Open(disk, 0, out LedgerState empty);
        Assert.True(log.IsNew);
        Assert.False(log.NeedsCommit);
        Assert.Null(empty.Flushed);
        log.CommitNow();
        Assert.False(disk.Exists(LogFixture.Paths.StateLog(0)));

        log.Stage(new SealedRecord(0, 1, 1000, 5, 6, Root(1)));
        log.Stage(new FlushedRecord(65_536, 1, 1, 7));
        log.Stage(Producer("p", 3));
        log.Stage(new CheckpointRecord(65_536, Root(2), [1, 2, 3]));
        log.CommitNow();
        log.Stage(new SealedRecord(1, 1, 1001, 6, 7, Root(3)));
        log.Stage(new SealedRecord(0, 2, 900, 5, 6, Root(1)));
        log.Stage(new FlushedRecord(131_072, 2, 1, 8));
        log.Stage(Producer("p", 9));
        log.Stage(Producer("q", 1));
        log.CommitNow();

        LedgerStateLog again = Open(disk, 0, out LedgerState state);
        Assert.False(again.IsNew);
        Assert.Equal(
            [new SealedRecord(0, 2, 900, 5, 6, Root(1)), new SealedRecord(1, 1, 1001, 6, 7, Root(3))], state.Sealed);
        Assert.Equal(new FlushedRecord(131_072, 2, 1, 8), state.Flushed);
        Assert.Equal([9L, 1L], state.Producers.Select(p => p.LastSequence));
        CheckpointRecord checkpoint = Assert.Single(state.Checkpoints);
        Assert.Equal((65_536L, Root(2)), (checkpoint.Size, checkpoint.Root));
        Assert.Equal([1, 2, 3], checkpoint.Note);
    }

    [Fact]
    public void Compaction_keeps_the_state_and_bounds_the_file()
    {
        SimulatedFileSystem disk = Disk(1);
        LedgerStateLog log = Open(disk, 0, out _);
        long largest = 0;
        for (int i = 1; i <= 5000; i++)
        {
            log.Stage(Producer("p" + (i % 5), i));
            log.Stage(new FlushedRecord(i, 0, 1, i));
            if (i % 50 == 0)
            {
                log.Stage(new CheckpointRecord(i, Root((byte)i), new byte[300]));
            }

            log.CommitNow();
            largest = Math.Max(largest, log.FileBytes);
        }

        Assert.InRange(largest, 60_000, 70_000);
        Open(disk, 0, out LedgerState state);
        Assert.Equal(5000, state.Flushed!.Value.Size);
        Assert.Equal([4996L, 4997, 4998, 4999, 5000], state.Producers.Select(p => p.LastSequence).Order());
        Assert.Equal(CheckpointWindow.Newest, state.Checkpoints.Count);
        Assert.Equal(5000, state.Checkpoints[^1].Size);
        Assert.Equal(5000 - (63 * 50), state.Checkpoints[0].Size);
    }

    [Fact]
    public void Live_bytes_are_what_a_compacted_file_has()
    {
        SimulatedFileSystem disk = Disk(1);
        var random = new Random(5);
        var state = new LedgerState();
        LedgerStateLog log = Open(disk, 0, out _);
        for (int i = 1; i < 300; i++)
        {
            Append(log, random, i);
            log.CommitNow();
            Open(disk, 0, out state);
            CommittedLog compacted = CommittedLog.CreateNew(disk, LogFixture.LogPath, LogFixture.Identity);
            state.AppendTo(compacted);
            compacted.CommitNow();
            Assert.Equal(compacted.CommittedBytes, state.LiveBytes);
        }
    }

    [Fact]
    public void A_log_whose_records_are_all_alive_is_not_compacted_again_and_again()
    {
        SimulatedFileSystem disk = Disk(1);
        LedgerStateLog log = Open(disk, 0, out _);
        for (int i = 0; i < 10_000; i++)
        {
            log.Stage(new SealedRecord(i, 1, 1000, i, i, Root(1)));
            log.CommitNow();
        }

        int rewrites = disk.Trace.Count(call => call.Operation == StorageOperation.Rename);
        Assert.InRange(rewrites, 1, 6);
        Open(disk, 0, out LedgerState state);
        Assert.Equal(10_000, state.Sealed.Count);
    }

    [Fact]
    public void Thousands_of_logs_share_two_syncs()
    {
        const int Ledgers = 3000;
        SimulatedFileSystem disk = Disk(Ledgers);
        LedgerStateLog[] logs = [.. Enumerable.Range(0, Ledgers).Select(id => Open(disk, (uint)id, out _))];
        for (int round = 1; round <= 2; round++)
        {
            foreach (LedgerStateLog log in logs)
            {
                log.Stage(new FlushedRecord(round, 0, 1, 1));
            }

            int before = disk.Trace.Count(IsSync);
            LedgerStateLogs.CommitTogether(disk, LogFixture.Directory, logs);
            Assert.Equal(2, disk.Trace.Count(IsSync) - before);
        }

        SimulatedFileSystem after = disk.Crash(new LoseAll());
        for (uint id = 0; id < Ledgers; id++)
        {
            Open(after, id, out LedgerState state);
            Assert.Equal(2, state.Flushed!.Value.Size);
        }
    }

    [Fact]
    public void When_the_disk_is_full_the_logs_that_fit_are_committed_and_the_others_stay_staged()
    {
        SimulatedFileSystem disk = Disk(5);
        LedgerStateLog[] logs = [.. Enumerable.Range(0, 5).Select(id => Open(disk, (uint)id, out _))];
        foreach (LedgerStateLog log in logs)
        {
            log.Stage(new FlushedRecord(1, 0, 1, 1));
        }

        disk.Faults = FaultPlans.OnNth(
            StorageOperation.Write, "3/state.log", 2, SimulatedFault.Error(FileErrno.NoSpace));
        Assert.True(Assert.Throws<StorageException>(
            () => LedgerStateLogs.CommitTogether(disk, LogFixture.Directory, logs)).IsNoSpace);
        Assert.Equal([false, false, false, true, true], logs.Select(log => log.NeedsCommit));
        LedgerStateLogs.CommitTogether(disk, LogFixture.Directory, logs);
        for (uint id = 0; id < 5; id++)
        {
            Open(disk.Crash(new LoseAll()), id, out LedgerState state);
            Assert.Equal(1, state.Flushed!.Value.Size);
        }
    }

    [Fact]
    public void A_sync_that_fails_for_all_ends_all()
    {
        SimulatedFileSystem disk = Disk(3);
        LedgerStateLog[] logs = [.. Enumerable.Range(0, 3).Select(id => Open(disk, (uint)id, out _))];
        foreach (LedgerStateLog log in logs)
        {
            log.Stage(new FlushedRecord(1, 0, 1, 1));
        }

        disk.Faults = FaultPlans.OnNth(
            StorageOperation.SyncFileSystem, "", 1, SimulatedFault.Error(FileErrno.NoSpace));
        Assert.Throws<StorageException>(() => LedgerStateLogs.CommitTogether(disk, LogFixture.Directory, logs));
        disk.Faults = null;
        Assert.All(logs, log => Assert.Throws<StorageFailedException>(log.CommitNow));
    }

    [Fact]
    public void Where_a_compacted_copy_does_not_fit_one_record_more_still_may()
    {
        SimulatedFileSystem disk = Disk(1);
        LedgerStateLog log = Open(disk, 0, out _);
        int i = 0;
        while (log.FileBytes < 65_000)
        {
            log.Stage(new FlushedRecord(++i, 0, 1, i));
            log.CommitNow();
        }

        disk.Faults = FaultPlans.OnEvery(StorageOperation.Write, ".new", SimulatedFault.Error(FileErrno.NoSpace));
        for (int more = 0; more < 100; more++)
        {
            log.Stage(new FlushedRecord(++i, 0, 1, i));
            log.CommitNow();
        }

        Assert.True(log.FileBytes > 65_536);
        Assert.False(disk.Exists(log.Path + ".new"));
        disk.Faults = null;
        log.Stage(new FlushedRecord(++i, 0, 1, i));
        log.CommitNow();
        Assert.True(log.FileBytes < 2000);
        Open(disk, 0, out LedgerState state);
        Assert.Equal(i, state.Flushed!.Value.Size);
    }

    private static void Append(LedgerStateLog log, Random random, int i)
    {
        switch (random.Next(4))
        {
            case 0:
                log.Stage(new SealedRecord(random.Next(9), 1, 1000, 5, 6, Root(1)));
                break;
            case 1:
                log.Stage(new FlushedRecord(i, 1, 1, 7));
                break;
            case 2:
                log.Stage(Producer("p" + new string('x', random.Next(5)), i));
                break;
            default:
                log.Stage(new CheckpointRecord(i, Root(2), new byte[random.Next(400)]));
                break;
        }
    }

    private static bool IsSync(SimulatedCall call) => call.Operation is StorageOperation.Sync
        or StorageOperation.SyncDirectory or StorageOperation.SyncFileSystem;

    private static SimulatedFileSystem Disk(int ledgers)
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        disk.CreateDirectory(LogFixture.Paths.LedgersDirectory);
        for (uint id = 0; id < ledgers; id++)
        {
            disk.CreateDirectory(LogFixture.Paths.LedgerDirectory(id));
        }

        disk.SyncFileSystem("/");
        return disk;
    }

    private static LedgerStateLog Open(SimulatedFileSystem disk, uint id, out LedgerState state) =>
        LedgerStateLog.Open(disk, LogFixture.Paths, s_storeId, id, FileAccessMode.ReadWrite, out state);

    private static Hash256 Root(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static ProducerSnapshot Producer(string name, long last) => new(
        "id"u8.ToArray(), System.Text.Encoding.UTF8.GetBytes(name), last, [new BatchAnswer(last, 1, 10 + last, 5, 77)]);
}
