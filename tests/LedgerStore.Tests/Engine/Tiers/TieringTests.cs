// The life of entries through the tiers, without crashes: where they are, what is read, what is left of them.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiers;

public sealed class TieringTests
{
    private const int Size = 65_536 + 700;
    private static readonly Lazy<SimulatedFileSystem> s_disk = new(() =>
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        TierWorld world = TierWorld.Open(disk, TimeSpan.Zero);
        world.Create();
        world.Append(Size);
        world.Close();
        return disk;
    });

    [Fact]
    public void Segments_become_warm_then_cold_then_expire()
    {
        SimulatedFileSystem disk = s_disk.Value.Crash(new KeepAll());
        using TierWorld world = TierWorld.Open(disk, TierWorld.Day);
        Assert.Equal(["hot"], world.Ledger.Describe().Tiers.Select(tier => tier.Tier));
        world.Ledger.SetRetention(new RetentionPolicy { WarmAfter = TimeSpan.FromHours(1) });
        Assert.Equal("warm", Assert.Single(world.Ledger.PlanRetention()).To);
        world.Round();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(SegmentTier.Warm, Facts(world).Tier);
        Assert.Equal(0, world.Check(Size));

        world.Ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
        world.Round();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(SegmentTier.Cold, Facts(world).Tier);
        Assert.True(disk.Exists("/cold/" + Facts(world).Location));
        Assert.Equal(0, world.Check(Size));

        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        string cold = "/cold/" + Facts(world).Location;
        world.Expire();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(65_536 + 512, world.Check(Size));
        Assert.Equal(SegmentTier.Expired, Facts(world).Tier);
        Assert.False(disk.Exists(cold));
        Assert.Equal(65_536 + 512, world.Ledger.FirstReadable);
        Assert.Equal(2, world.Files().Length);
        Assert.False(world.HasBytes(TierWorld.Record(65_536 + 100)));
        world.Close();

        using TierWorld again = TierWorld.Open(disk, TierWorld.Day * 4);
        Assert.Equal(65_536 + 512, again.Check(Size));
        again.Append(300);
        Assert.Equal(65_536 + 512, again.Check(Size + 300));
    }

    [Fact]
    public void A_hold_keeps_its_range_and_the_floor_everything()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day);
        LegalHold hold = world.Ledger.PlaceHold(1000, 500, "case 12", "legal");
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        world.Expire();
        Assert.Null(world.Core.Tiering.Status.LastFailure);
        long gone = world.Check(Size, (1000, 1500));
        Assert.Equal(65_536 + 512 - (3 * 256), gone);
        Assert.Equal(768, world.Ledger.FirstReadable);

        world.Ledger.ReleaseHold(hold.Id);
        world.Ledger.SetRetention(
            new RetentionPolicy { ExpireBeyondBytes = 1, Floor = TimeSpan.FromDays(400) });
        world.Expire();
        Assert.Equal(gone, world.Check(Size, (1000, 1500)));
        Assert.Throws<StoreException>(() => world.Ledger.SetRetention(new RetentionPolicy()));
    }

    [Fact]
    public void One_check_is_not_enough_whatever_the_clock_does()
    {
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TimeSpan.Zero);
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromDays(30) });
        world.Round();
        world.Time.Step(TimeSpan.FromDays(365));
        world.Round();
        world.Time.Pass(TimeSpan.FromMinutes(11));
        world.Round();
        Assert.Equal(0, world.Check(Size));
        world.Time.Step(TimeSpan.FromDays(-365));
        world.Time.Pass(TimeSpan.FromHours(1));
        world.Round();
        Assert.Equal(0, world.Check(Size));
    }

    [Fact]
    public void A_cold_volume_that_is_full_or_away_leaves_everything_where_it_is()
    {
        MemoryColdStore cold = new() { IsFull = true };
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day, cold);
        world.Ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.FromHours(1) });
        world.Round();
        Assert.NotNull(world.Core.Tiering.Status.LastFailure);
        Assert.Equal(SegmentTier.Warm, Facts(world).Tier);
        cold.IsFull = false;
        cold.IsAway = true;
        world.Round();
        Assert.Equal(0, world.Check(Size));
        cold.IsAway = false;
        world.Round();
        Assert.Equal(SegmentTier.Cold, Facts(world).Tier);
        cold.IsAway = true;
        StoreException away = Assert.Throws<StoreException>(() =>
            world.Log.Reader.ReadBundleAsync(9, 0, default).AsTask().GetAwaiter().GetResult());
        Assert.Equal(StoreReason.TierAway, away.Reason);
    }

    private static SealedFacts Facts(TierWorld world) => ((SealedSegment)world.Log.Reader.Segments.List[0]).Facts;
}
