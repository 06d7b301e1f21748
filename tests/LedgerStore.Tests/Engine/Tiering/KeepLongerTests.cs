// A floor that is raised reaches what is in the cold store already.
using LedgerStore.Engine;
using LedgerStore.Engine.Segments;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class KeepLongerTests
{
    private const int Size = 65_536 + 1;

    [Fact]
    public void What_is_cold_is_kept_until_the_new_floor_and_asked_for_once()
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        MemoryColdStore cold = new();
        RetentionPolicy policy = new() { ColdAfter = TimeSpan.FromHours(1), Floor = TimeSpan.FromDays(10) };
        using (TierWorld world = TierWorld.Open(disk, TimeSpan.Zero, cold))
        {
            world.Create();
            world.Append(Size);
            world.Time.Pass(TierWorld.Day);
            world.Ledger.SetRetention(policy);
            world.Round();
            (string Name, DateTimeOffset Until) first = Assert.Single(cold.Kept);
            Assert.Equal((Assert.Single(cold.Files).Key, End(world, policy.Floor)), first);
            world.Round();
            Assert.Single(cold.Kept);

            // What fails is tried again.
            cold.IsAway = true;
            world.Ledger.SetRetention(policy with { Floor = TimeSpan.FromDays(50) });
            world.Round();
            Assert.Contains("out for lunch", world.Core.Tiering.Status.LastFailure, StringComparison.Ordinal);
            Assert.Single(cold.Kept);
            cold.IsAway = false;
            world.Round();
            world.Round();
            Assert.Equal([End(world, policy.Floor), End(world, policy.Floor * 5)], cold.Kept.Select(one => one.Until));
            world.Close();
        }

        // Nobody knows what an earlier process did: it is asked for again, and not what is over already.
        using (TierWorld again = TierWorld.Open(disk, TierWorld.Day * 2, cold))
        {
            again.Round();
            again.Round();
            Assert.Equal(3, cold.Kept.Count);
            again.Close();
        }

        using TierWorld late = TierWorld.Open(disk, TierWorld.Day * 60, cold);
        late.Round();
        Assert.Equal(3, cold.Kept.Count);
    }

    private static DateTimeOffset End(TierWorld world, TimeSpan floor) =>
        DateTimeOffset.UnixEpoch.AddMicroseconds(((SealedSegment)world.Log.Segments.List[0]).Facts.LastMicros)
            + floor;
}
