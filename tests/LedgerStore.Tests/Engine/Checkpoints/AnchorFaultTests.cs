// An anchor that cannot be written: signing goes on for ten seconds, stops, and goes on by itself when it can be.

using LedgerStore.Engine;
using LedgerStore.Engine.Checkpoints;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Tests.Engine.Crash;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Checkpoints;

public sealed class AnchorFaultTests
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SimulatedFileSystem _disk = SignedLife.NewDisk(new SimulatedOptions { Seed = 3 });

    [Theory]
    [InlineData(FileErrno.InputOutput)]
    [InlineData(FileErrno.NoSpace)]
    [InlineData(FileErrno.ReadOnlyFileSystem)]
    public void Signing_stops_after_ten_seconds_and_goes_on_by_itself(int errno)
    {
        using SignedLife life = SignedLife.Open(_disk, new SigningModel(), _time, 1);
        life.Append("a", 3);
        life.TurnAll();
        Assert.Equal(3, Newest(life).Size);

        _disk.Faults = call => call.Path.StartsWith("/beside", StringComparison.Ordinal) && call.Mutates
            ? SimulatedFault.Error(errno)
            : SimulatedFault.None;
        life.Append("a", 4);
        life.TurnAll();
        Assert.Equal(7, Newest(life).Size);

        life.Pass(11_000);
        life.Append("a", 5);
        life.TurnAll();
        Assert.Equal(7, Newest(life).Size);
        OpenLedger log = life.Core.Ledgers.Get(1);
        Assert.Equal(12, log.ReadableSize);
        StoreException stopped = Assert.Throws<StoreException>(
            () => life.Core.AskForCheckpoint(life.Core.Ledgers.Check(log)));
        Assert.Equal(StoreReason.SigningStopped, stopped.Reason);
        Assert.False(life.HasFailed, "the anchor is not the store's disk");

        _disk.Faults = null;
        life.TurnAll();
        life.TurnAll();
        Assert.Equal(12, Newest(life).Size);
        life.Close();
        AnchorFile anchor = new(_disk, SignedLife.Anchor, life.Core.Ground.StoreId);
        Assert.True(anchor.TryLoad());
        Assert.Equal(12, anchor.Newest[1].Size);
    }

    /// <summary>The next process finds the file, signs, and the power fails: the anchor must not go alone.</summary>
    [Fact]
    public void A_name_that_a_killed_process_left_unsynced_is_synced_by_the_next()
    {
        for (ulong seed = 0; seed < 32; seed++)
        {
            SimulatedFileSystem disk = SignedLife.NewDisk(new SimulatedOptions { Seed = seed });
            disk.Faults = static call =>
                call.Operation == StorageOperation.SyncDirectory
                && call.Path == Path.GetDirectoryName(SignedLife.Anchor)
                    ? throw new ProcessKilledException()
                    : SimulatedFault.None;
            Assert.Throws<ProcessKilledException>(() => SignedLife.Open(disk, new SigningModel(), _time, seed));

            // The next one has made its key durable when the power fails.
            bool hasKey = false;
            disk.Faults = call =>
            {
                bool isOver = hasKey;
                hasKey |= call.Operation == StorageOperation.SyncDirectory && disk.Exists("/data/keys");
                return isOver ? SimulatedFault.CrashBefore : SimulatedFault.None;
            };
            Assert.Throws<SimulatedCrash>(() => SignedLife.Open(disk, new SigningModel(), _time, seed));
            SimulatedFileSystem after = disk.Crash(new SeededChooser(seed));
            SignedLife.Open(after, new SigningModel(), _time, seed).Dispose();
        }
    }

    [Fact]
    public void It_is_written_at_most_once_a_second_and_compacted()
    {
        using SignedLife life = SignedLife.Open(_disk, new SigningModel(), _time, 1);
        int writes = 0;
        _disk.Faults = call =>
        {
            writes += call.Path.StartsWith("/beside", StringComparison.Ordinal)
                && call.Operation == StorageOperation.Sync ? 1 : 0;
            return SimulatedFault.None;
        };
        for (int i = 0; i < 2000; i++)
        {
            life.Append("a", 1);
            life.Pass(200);
            life.Turn(life.Core.RunSequencer);
            life.Turn(life.Core.RunBundler);
            life.Turn(life.Core.RunFlusher);
            life.Turn(life.Core.RunCheckpointer);
            life.Turn(life.Core.RunSequencer);
            life.Turn(life.Core.RunBundler);
            life.Turn(life.Core.RunCheckpointer);
            life.Turn(life.Core.RunAnchor);
        }

        Assert.InRange(writes, 300, 401);
        using IFile file = _disk.Open(SignedLife.Anchor, FileAccessMode.ReadOnly);
        Assert.InRange(file.Length, 1, 300 * 1024);
    }

    private static LedgerStore.Engine.Format.CheckpointRecord Newest(SignedLife life) =>
        life.Core.Ledgers.Check(life.Core.Ledgers.Get(1)).Newest!;
}
