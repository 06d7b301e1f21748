// Before anything expires somebody is asked whether policy and holds are what was decided.
using LedgerStore.Engine;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiers;

public sealed class ConfirmationTests
{
    private const int Size = 1_000;

    [Fact]
    public void Nothing_expires_while_policy_and_holds_are_not_confirmed()
    {
        string? refusal = "a hold is missing";
        int asked = 0;
        SimulatedFileSystem disk = DiskWith(Size);
        using TierWorld world = TierWorld.Open(disk, TierWorld.Day, refusal: ledger =>
        {
            asked++;
            Assert.Equal("audit", ledger.Name);
            return refusal == "broken" ? throw new InvalidOperationException(refusal) : refusal;
        });
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromDays(30) });
        world.Round();
        Assert.Equal((0, null), (asked, world.Ledger.Describe().ExpiryRefusal));

        // At the first of the two checks, so that somebody can see it in time.
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Round();
        Assert.Equal(refusal, world.Ledger.Describe().ExpiryRefusal);
        world.Expire();
        refusal = "broken";
        world.Expire();
        Assert.Contains("broken", world.Ledger.Describe().ExpiryRefusal, StringComparison.Ordinal);
        Assert.Equal(0, world.Check(Size));

        refusal = null;
        world.Round();
        Assert.Null(world.Ledger.Describe().ExpiryRefusal);
        Assert.Equal(768, world.Check(Size));
        int before = asked;
        world.Expire();
        Assert.Equal(before, asked);
    }

    private static SimulatedFileSystem DiskWith(int size)
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        TierWorld world = TierWorld.Open(disk, TimeSpan.Zero);
        world.Create();
        world.Append(size);
        world.Close();
        return disk;
    }
}
