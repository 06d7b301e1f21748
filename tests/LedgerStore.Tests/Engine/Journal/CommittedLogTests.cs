// A committed log in ordinary life: what is committed comes back, what is not may, and the file says which is which.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class CommittedLogTests
{
    [Fact]
    public void A_file_has_these_bytes()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        log.Append(3, [0xAA, 0xBB]);
        log.CommitNow();
        byte[] bytes = disk.ReadAll(LogFixture.LogPath);

        Assert.Equal(1536 + 16, bytes.Length);
        Assert.Equal(
            "4C53434F4D4C4F47" + "01000000" + "02000000" + "EFCDAB89674523010000000000000000" + "07000000"
            + new string('0', 48) + "FAA65AC3", Convert.ToHexString(bytes[..64]));
        Assert.Equal(
            "0006000000000000" + "0000000000000000" + "0200000000000000"
            + "C874A5AC", Convert.ToHexString(bytes[512..540]));
        Assert.Equal(
            "1006000000000000" + "0100000000000000" + "0300000000000000"
            + "6A003E92", Convert.ToHexString(bytes[1024..1052]));
        Assert.Equal("02000000" + "D5DEE8EE" + "0300" + "0000" + "AABB" + "0000", Convert.ToHexString(bytes[1536..]));
        Assert.Equal(-1, bytes.AsSpan(64, 448).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, bytes.AsSpan(540, 484).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, bytes.AsSpan(1052, 484).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Committed_records_come_back_in_order()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        for (int i = 0; i < 1000; i++)
        {
            LogFixture.Append(log, i);
            if (i % 7 == 0)
            {
                log.CommitNow();
            }
        }

        log.CommitNow();
        LogFixture.Open(disk, FileAccessMode.ReadWrite, out List<int> numbers);
        Assert.Equal(Enumerable.Range(0, 1000), numbers);
        Assert.Equal(1000, log.CommittedRecords);
        Assert.Equal(disk.ReadAll(LogFixture.LogPath).Length, log.CommittedBytes);
    }

    [Fact]
    public void A_record_larger_than_every_buffer_comes_back()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        byte[] large = new byte[CommittedLogFormat.BodyBytesMax];
        new Random(1).NextBytes(large);
        log.Append(9, large);
        log.Append(8, []);
        log.Append(9, large.AsSpan(1));
        log.CommitNow();

        var found = new List<byte[]>();
        CommittedLog.Open(disk, LogFixture.LogPath, LogFixture.Identity, FileAccessMode.ReadOnly,
            (_, body) => found.Add(body.ToArray()));
        Assert.Equal([large, [], large[1..]], found);
    }

    [Fact]
    public void Records_behind_the_commit_are_rolled_forward_and_committed_before_use()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        LogFixture.Append(log, 1);
        log.CommitNow();
        LogFixture.Append(log, 2);
        LogFixture.Append(log, 3);
        log.WritePending();

        CommittedLog reopened = LogFixture.Open(disk, FileAccessMode.ReadWrite, out List<int> numbers);
        Assert.Equal([1, 2, 3], numbers);
        Assert.True(reopened.HasRolledForward);
        Assert.Equal(1, reopened.CommittedRecords);

        // They may be in the page cache only, as clean pages even: they are written again, not only synced.
        disk.Faults = call => call.Operation == StorageOperation.Write && call.Offset == reopened.CommittedBytes
            ? SimulatedFault.CrashBefore : SimulatedFault.None;
        Assert.Throws<SimulatedCrash>(reopened.CommitNow);
    }

    [Fact]
    public void A_torn_tail_is_gone_before_new_records_take_its_place()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        LogFixture.Append(log, 1);
        LogFixture.Append(log, 2);
        log.WritePending();

        // The first of the two records did not reach the disk. The second one must never come back.
        disk.FlipBit(LogFixture.LogPath, CommittedLogFormat.RecordsOffset + 20, 3);
        CommittedLog reopened = LogFixture.Open(disk, FileAccessMode.ReadWrite, out List<int> numbers);
        Assert.Empty(numbers);
        Assert.True(reopened.HasTornTail);
        LogFixture.Append(reopened, 1);
        Assert.Throws<InvariantException>(reopened.WritePending);

        reopened = LogFixture.Open(disk, FileAccessMode.ReadWrite, out _);
        LogFixture.Append(reopened, 1);
        reopened.CommitNow();
        LogFixture.Open(disk, FileAccessMode.ReadWrite, out numbers);
        Assert.Equal([1], numbers);
    }

    [Fact]
    public void A_name_that_was_never_synced_is_made_durable_before_anything_is_added()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        log.BeginRewrite();
        LogFixture.Append(log, 1);
        log.WritePending();
        disk.SyncFileSystem("/");
        log.WriteSlot();

        // The process dies here, the machine does not: the new file has the name, and no disk knows it.
        CommittedLog next = LogFixture.Open(disk, FileAccessMode.ReadWrite, out List<int> numbers);
        Assert.Equal([1], numbers);
        LogFixture.Append(next, 2);
        next.CommitNow();
        LogFixture.Open(disk.Crash(new LoseAll()), FileAccessMode.ReadWrite, out numbers);
        Assert.Equal([1, 2], numbers);
    }

    [Fact]
    public void Reading_changes_nothing()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        LogFixture.Append(log, 1);
        log.WritePending();
        disk.IsReadOnly = true;
        CommittedLog reader = LogFixture.Open(disk, FileAccessMode.ReadOnly, out List<int> numbers);
        Assert.Equal([1], numbers);
        Assert.Throws<InvariantException>(reader.CommitNow);
    }

    [Fact]
    public void Compaction_replaces_everything_at_once()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        for (int i = 0; i < 100; i++)
        {
            LogFixture.Append(log, i);
        }

        log.CommitNow();
        long before = log.CommittedBytes;
        log.BeginRewrite();
        LogFixture.Append(log, 98);
        LogFixture.Append(log, 99);
        log.CommitNow();
        Assert.True(log.CommittedBytes < before);
        LogFixture.Append(log, 100);
        log.CommitNow();
        LogFixture.Open(disk, FileAccessMode.ReadWrite, out List<int> numbers);
        Assert.Equal([98, 99, 100], numbers);
        Assert.Equal([LogFixture.LogPath], disk.AllFiles("/"));
    }

    [Fact]
    public void A_file_of_another_log_is_refused()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        LogFixture.Create(disk);
        CommittedLogIdentity[] others =
        [
            LogFixture.Identity with { OwnerId = 8 },
            LogFixture.Identity with { StoreId = 1 },
            LogFixture.Identity with { Kind = CommittedLogKind.Catalog },
        ];
        foreach (CommittedLogIdentity other in others)
        {
            var refusal = Assert.Throws<StoreException>(() => CommittedLog.Open(
                disk, LogFixture.LogPath, other, FileAccessMode.ReadOnly, (_, _) => { }));
            Assert.Equal(StoreReason.Corruption, refusal.Reason);
            Assert.Contains("another store, ledger or purpose", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(LogFixture.LogPath, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void After_a_failed_sync_nothing_works_any_more()
    {
        for (int sync = 1; sync <= 2; sync++)
        {
            SimulatedFileSystem disk = LogFixture.Disk();
            CommittedLog log = LogFixture.Create(disk);
            LogFixture.Append(log, 1);
            disk.Faults = FaultPlans.OnNth(
                StorageOperation.Sync, "log", sync, SimulatedFault.Error(FileErrno.InputOutput));
            Assert.Throws<StorageException>(log.CommitNow);
            disk.Faults = null;
            Assert.Throws<StorageFailedException>(log.CommitNow);
            Assert.Throws<StorageFailedException>(() => LogFixture.Append(log, 2));
            Assert.Throws<StorageFailedException>(log.DiscardPending);
        }
    }

    [Fact]
    public void A_full_disk_loses_nothing_and_goes_on_when_there_is_space()
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        LogFixture.Append(log, 1);
        disk.Faults = FaultPlans.OnNth(
            StorageOperation.Write, "log", 1, SimulatedFault.ShortWrite(FileErrno.NoSpace, 20));
        Assert.True(Assert.Throws<StorageException>(log.CommitNow).IsNoSpace);
        LogFixture.Append(log, 2);
        log.CommitNow();
        LogFixture.Open(disk, FileAccessMode.ReadWrite, out List<int> numbers);
        Assert.Equal([1, 2], numbers);

        LogFixture.Append(log, 3);
        LogFixture.Append(log, 4);
        disk.Faults = FaultPlans.OnNth(
            StorageOperation.Write, "log", 1, SimulatedFault.ShortWrite(FileErrno.NoSpace, 300));
        Assert.True(Assert.Throws<StorageException>(log.CommitNow).IsNoSpace);
        log.DiscardPending();
        Assert.True(log.HasTornTail);
        LogFixture.Append(log, 5);
        log.CommitNow();
        LogFixture.Open(disk, FileAccessMode.ReadWrite, out numbers);
        Assert.Equal([1, 2, 5], numbers);
    }
}
