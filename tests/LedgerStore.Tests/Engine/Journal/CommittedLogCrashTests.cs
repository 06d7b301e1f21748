// Power cuts at every point of short histories, with every combination of sectors that may survive; random long ones;
// and full or failing disks at every call. A committed record is never lost, records come back in order.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Journal;

public sealed class CommittedLogCrashTests
{
    // Nearly 5 KB, ten sectors: every combination of them, with and without the new length.
    private static readonly int[] s_many = [.. Enumerable.Range(100, 80)];

    private static bool Long => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    public static TheoryData<ulong> Seeds() => [.. Enumerable.Range(1, Long ? 20_000 : 1000).Select(i => (ulong)i)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_power_cut_of_a_short_history_leaves_what_was_committed(bool garbage)
    {
        int disks = CrashExplorer.EveryCrashPoint<LogModel>(
            () => LogFixture.Disk(new SimulatedOptions { GarbageInLostSectors = garbage }),
            ShortHistory, LogModel.Check, CrashExplorer.ExhaustiveMax);
        Assert.True(disks > 200, $"only {disks} disks");
    }

    [Fact]
    public void Every_power_cut_of_a_shared_sync_leaves_what_was_committed()
    {
        int disks = CrashExplorer.EveryCrashPoint<LogModel>(
            LogFixture.Disk, SharedSyncHistory, LogModel.Check, CrashExplorer.ExhaustiveMax);
        Assert.True(disks > 100, $"only {disks} disks");
    }

    [Fact]
    public void Every_power_cut_of_a_recovery_leaves_what_was_committed()
    {
        // The disk to recover: a torn tail with a sound record behind the tear, and records to roll forward.
        foreach (int torn in (int[])[0, 1, 2])
        {
            int disks = CrashExplorer.EveryCrashPoint<LogModel>(
                () => TornDisk(torn), RecoveryHistory, LogModel.Check, CrashExplorer.ExhaustiveMax);
            Assert.True(disks > 100, $"only {disks} disks");
        }
    }

    // The harness is worth something only if it notices a sync that is missing. (The sync of a slot would not be missed
    // by a power cut alone: the records behind the older slot are durable and rolled forward. It is there so that
    // damage of these records is damage and not a torn tail.)
    [Theory]
    [InlineData("file", 1)]
    [InlineData("file", 2)]
    [InlineData("file", 4)]
    [InlineData("file", 8)]
    [InlineData("directory", 1)]
    [InlineData("directory", 2)]
    public void A_sync_that_is_left_out_is_noticed(string what, int n)
    {
        StorageOperation operation = what == "file" ? StorageOperation.Sync : StorageOperation.SyncDirectory;
        Assert.ThrowsAny<Exception>(() => CrashExplorer.EveryCrashPoint<LogModel>(
            LogFixture.Disk,
            (disk, model) =>
            {
                // Together with the explorer's own plan: the power cut it asks for, and our lie.
                Func<SimulatedCall, SimulatedFault> cut = disk.Faults ?? (_ => SimulatedFault.None);
                Func<SimulatedCall, SimulatedFault> lie = FaultPlans.OnNth(operation, "/data", n, SimulatedFault.Skip);
                disk.Faults = call => cut(call) is { Kind: not SimulatedFaultKind.None } fault ? fault : lie(call);
                ShortHistory(disk, model);
            },
            LogModel.Check,
            CrashExplorer.ExhaustiveMax));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Long_random_histories_with_crashes_lose_nothing(ulong seed)
    {
        var history = new LogHistory(seed);
        for (int life = 0; life < 12; life++)
        {
            history.LiveUntilPowerCut();
        }
    }

    [Theory]
    [InlineData(FileErrno.NoSpace)]
    [InlineData(FileErrno.InputOutput)]
    public void Every_failing_call_leaves_what_was_committed(int errno)
    {
        SimulatedFileSystem whole = LogFixture.Disk();
        ShortHistory(whole, new LogModel());
        bool IsOurs(SimulatedCall call) => call.Path.StartsWith("/data", StringComparison.Ordinal);
        foreach (SimulatedCall call in whole.Trace.Where(IsOurs))
        {
            foreach (int kept in (int[])[0, 10, 700, 5000])
            {
                SimulatedFileSystem disk = LogFixture.Disk();
                disk.Faults = FaultPlans.At(call.Number, SimulatedFault.ShortWrite(errno, kept));
                var model = new LogModel();
                try
                {
                    ShortHistory(disk, model);
                }
                catch (Exception error) when (error is StorageException or StorageFailedException)
                {
                    // Told, and nothing was acknowledged since.
                }

                disk.Faults = null;
                foreach ((SimulatedFileSystem after, string choice) in CrashExplorer.Crashes(disk, 64, 5))
                {
                    List<int>? found = LogModel.Recover(after, out _);
                    Assert.True(
                        model.Allows(found),
                        $"{call} with errno {errno} after {kept} bytes, [{choice}]: "
                        + $"found [{string.Join(',', found ?? [])}], {model}");
                }
            }
        }
    }

    [Fact]
    public void A_full_disk_at_any_call_can_be_waited_out()
    {
        SimulatedFileSystem whole = LogFixture.Disk();
        WaitingHistory(whole, new LogModel());
        foreach (SimulatedCall call in whole.Trace)
        {
            bool canFill = call.Operation is StorageOperation.Write or StorageOperation.Create
                or StorageOperation.Rename or StorageOperation.SetLength;
            if (!canFill || !call.Path.StartsWith("/data", StringComparison.Ordinal))
            {
                continue;
            }

            SimulatedFileSystem disk = LogFixture.Disk();
            disk.Faults = FaultPlans.At(call.Number, SimulatedFault.ShortWrite(FileErrno.NoSpace, 16));
            var model = new LogModel();
            WaitingHistory(disk, model);
            Assert.Equal(model.Committed, LogModel.Recover(disk.Crash(new LoseAll()), out _));
        }
    }

    private static void ShortHistory(SimulatedFileSystem disk, LogModel model)
    {
        CommittedLog log = CommittedLog.CreateNew(disk, LogFixture.LogPath, LogFixture.Identity);
        model.BeginCreate();
        log.CommitNow();
        model.Confirm();
        model.Append(log, 9, 19, 29);
        log.CommitNow();
        model.Confirm();
        model.Append(log, s_many);
        log.CommitNow();
        model.Confirm();
        model.Append(log, 39);
        log.CommitNow();
        model.Confirm();
        model.BeginRewrite(log, 19, 39);
        log.CommitNow();
        model.Confirm();
        model.Append(log, 4, 5);
        log.CommitNow();
        model.Confirm();
    }

    private static void SharedSyncHistory(SimulatedFileSystem disk, LogModel model)
    {
        CommittedLog log = CommittedLog.CreateNew(disk, LogFixture.LogPath, LogFixture.Identity);
        model.BeginCreate();
        for (int round = 0; round < 4; round++)
        {
            if (round == 2)
            {
                model.BeginRewrite(log, 8, 1);
            }
            else if (round > 0)
            {
                model.Append(log, [round, .. s_many]);
            }

            log.WritePending();
            disk.SyncFileSystem(LogFixture.Directory);
            log.WriteSlot();
            disk.SyncFileSystem(LogFixture.Directory);
            log.ConfirmCommitted();
            model.Confirm();
        }
    }

    // Records 1 and 2 are committed, 9, 19 and 29 written; then the torn one of them was not whole on the disk.
    private static SimulatedFileSystem TornDisk(int torn)
    {
        SimulatedFileSystem disk = LogFixture.Disk();
        CommittedLog log = LogFixture.Create(disk);
        LogFixture.Append(log, 1);
        LogFixture.Append(log, 2);
        log.CommitNow();
        long at = log.CommittedBytes;
        int[] numbers = [9, 19, 29, .. s_many];
        foreach (int number in numbers)
        {
            LogFixture.Append(log, number);
        }

        log.WritePending();
        disk.SyncFileSystem("/");
        foreach (int number in numbers.Take(torn))
        {
            at += LedgerStore.Engine.Format.CommittedLogFormat.RecordBytes(LogFixture.Record(number).Body.Length);
        }

        disk.FlipBit(LogFixture.LogPath, at + 13, 1);
        return disk;
    }

    private static void RecoveryHistory(SimulatedFileSystem disk, LogModel model)
    {
        // Before anything: what a crash during the recovery may find is what is on the disk now.
        CommittedLog reader = LogFixture.Open(disk, FileAccessMode.ReadOnly, out List<int> found);
        Assert.NotNull(reader);
        model.BeginCreate();
        model.Confirm();
        model.Committed!.AddRange(found);
        CommittedLog log = LogFixture.Open(disk, FileAccessMode.ReadWrite, out _);

        // The very bytes that lay there before the tear: nothing that lay behind it may come back with them.
        model.Append(log, [9, 19, 29, .. s_many[..20]]);
        log.CommitNow();
        model.Confirm();
    }

    private static void WaitingHistory(SimulatedFileSystem disk, LogModel model)
    {
        CommittedLog log = CommittedLog.CreateNew(disk, LogFixture.LogPath, LogFixture.Identity);
        model.BeginCreate();
        CommitInTheEnd(log, model);
        model.Append(log, 1, 2);
        CommitInTheEnd(log, model);
        model.BeginRewrite(log, 2, 1);
        CommitInTheEnd(log, model);
        model.Append(log, 3);
        CommitInTheEnd(log, model);
    }

    private static void CommitInTheEnd(CommittedLog log, LogModel model)
    {
        while (true)
        {
            try
            {
                log.CommitNow();
                model.Confirm();
                return;
            }
            catch (StorageException full) when (full.IsNoSpace)
            {
                // Somebody deletes something.
            }
        }
    }
}
