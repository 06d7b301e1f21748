// Before anything expires, policy and holds are compared with what `_audit` says of them.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class ConfirmationTests
{
    private const int Size = 1_000;

    [Fact]
    public void Nothing_expires_while_a_hold_is_missing_in_the_files()
    {
        SimulatedFileSystem disk = DiskWith(Size, out string hold);
        using TierWorld world = TierWorld.Open(disk, TierWorld.Day);
        Assert.Empty(world.Ledger.Holds);
        world.Round();
        string refusal = world.Ledger.Describe().ExpiryRefusal!;
        Assert.Contains($"the hold {hold} is in force", refusal, StringComparison.Ordinal);
        world.Expire();
        Assert.Equal((refusal, 0), (world.Ledger.Describe().ExpiryRefusal, world.Check(Size)));

        Assert.Equal(hold, world.Ledger.FindHold(hold)!.Id);
        Assert.Equal(hold, world.Ledger.ReleaseHold(hold, "anna", "closed").Id);
        Assert.Null(world.Ledger.FindHold(hold));
        world.Round();
        Assert.Null(world.Ledger.Describe().ExpiryRefusal);
        world.Expire();
        Assert.Equal(768, world.Check(Size));
    }

    private static SimulatedFileSystem DiskWith(int size, out string hold)
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        uint id;
        UInt128 storeId;
        StorePaths paths;
        using (TierWorld world = TierWorld.Open(disk, TimeSpan.Zero))
        {
            world.Create();
            world.Append(size);
            hold = world.Ledger.PlaceHold(0, 1, "case 17", "legal").Id;

            // Behind it: the change that was said last is made by the next start, if the files lack it.
            world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
            (id, storeId, paths) = (world.Log.Id, world.Core.Ground.StoreId, world.Core.Ground.Paths);
            world.Close();
        }

        LedgerStateLog log = LedgerStateLog.Open(
            disk, paths, storeId, id, FileAccessMode.ReadWrite, out LedgerState state);
        log.Stage(state.Holds[0] with { ReleasedMicros = 1 });
        log.CommitNow();
        return disk;
    }
}
