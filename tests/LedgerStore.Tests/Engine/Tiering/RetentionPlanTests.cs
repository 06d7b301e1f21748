// The decisions of retention, over many random ledgers: what is held or floored never goes.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class RetentionPlanTests
{
    private const long Hour = 3_600_000_000;

    [Fact]
    public void No_held_and_no_floored_entry_ever_goes()
    {
        for (ulong seed = 1; seed <= 3_000; seed++)
        {
            SplitMix random = new(seed);
            List<SegmentFact> segments = Segments(random);
            long now = segments[^1].LastMicros + (random.Below(100) * Hour);
            RetentionPolicy policy = new()
            {
                WarmAfter = Age(random),
                ColdAfter = Age(random),
                ExpireAfter = Age(random),
                ExpireBeyondBytes = random.OneIn(2) ? random.Below(1_000_000) : 0,
                Floor = TimeSpan.FromHours(random.Below(200)),
            };
            HoldRecord[] holds = [.. Enumerable.Range(0, random.Below(3)).Select(i => new HoldRecord(
                $"h{i}", random.Below(200_000), random.OneIn(4) ? 0 : 1 + random.Below(50_000), 1, 0, "a", "b"))];
            ExpiredRanges expired = new(1);
            foreach (PlannedMove move in RetentionPlan.Decide(policy, holds, segments, expired, now))
            {
                if (move.To != "expired" || !RetentionPlan.IsDue(move, now))
                {
                    continue;
                }

                Assert.True(Array.TrueForAll(
                    holds, hold => !hold.Covers(move.FirstIndex, move.End)), $"seed {seed}: held");
                Assert.True(
                    LastMicros(segments, move.End) + RetentionPolicy.Micros(policy.Floor) <= now,
                    $"seed {seed}: floored");
                Assert.True(policy.ExpireAfter is not null || policy.ExpireBeyondBytes > 0, $"seed {seed}: no reason");
            }
        }
    }

    [Fact]
    public void The_oldest_go_until_the_size_fits()
    {
        List<SegmentFact> segments = [Fact(0, 10, SegmentTier.Hot), Fact(1, 20, SegmentTier.Hot)];
        RetentionPolicy policy = new() { ExpireBeyondBytes = 256 * 150 };
        PlannedMove move = Assert.Single(
            RetentionPlan.Decide(policy, [], segments, new ExpiredRanges(1), nowMicros: 100 * Hour));
        Assert.Equal((0, "hot", "expired"), (move.FirstIndex, move.From, move.To));
        Assert.Equal(212 * 256, move.Count);
    }

    [Fact]
    public void What_is_cold_goes_as_a_whole()
    {
        List<SegmentFact> segments = [Fact(0, 10, SegmentTier.Cold)];
        RetentionPolicy policy = new() { ExpireAfter = TimeSpan.FromHours(1) };
        HoldRecord hold = new("h", 70, 1, 1, 0, "a", "b");
        PlannedMove held = Assert.Single(
            RetentionPlan.Decide(policy, [hold], segments, new ExpiredRanges(1), 100 * Hour));
        Assert.Equal((0, 65_536, "h"), (held.FirstIndex, held.Count, held.HeldBy));
    }

    [Fact]
    public void The_floor_is_raised_and_never_lowered()
    {
        RetentionPolicy before = new() { Floor = TimeSpan.FromDays(7) };
        (before with { Floor = TimeSpan.FromDays(8) }).CheckAfter(before);
        StoreException refused = Assert.Throws<StoreException>(
            () => (before with { Floor = TimeSpan.FromDays(6) }).CheckAfter(before));
        Assert.Equal(StoreReason.InvalidArgument, refused.Reason);
        Assert.Throws<StoreException>(
            () => (before with { ExpireAfter = TimeSpan.FromDays(1) }).CheckAfter(before));
    }

    [Fact]
    public void A_policy_reads_back()
    {
        RetentionPolicy policy = new()
        {
            WarmAfter = TimeSpan.Zero,
            ExpireAfter = TimeSpan.FromDays(3650),
            Floor = TimeSpan.FromDays(1),
            ExpireBeyondBytes = 77,
            FillAfter = TimeSpan.FromHours(4),
        };
        Assert.Equal(policy, RetentionPolicy.Decode(policy.Encode()));
        Assert.Equal(RetentionPolicy.KeepAll, RetentionPolicy.Decode(RetentionPolicy.KeepAll.Encode()));
    }

    private static long LastMicros(List<SegmentFact> segments, long end)
    {
        SegmentFact segment = segments.First(one => one.End >= end);
        return segment.Bundles is { } bundles && segment.Tier != SegmentTier.Cold
            ? bundles[(int)((end - 1 - segment.First) / 256)].LastMicros
            : segment.LastMicros;
    }

    private static TimeSpan? Age(SplitMix random) => random.OneIn(3) ? null : TimeSpan.FromHours(random.Below(300));

    private static List<SegmentFact> Segments(SplitMix random) =>
        [.. Enumerable.Range(0, 1 + random.Below(3)).Select(i => Fact(i, 10 * i, (SegmentTier)random.Below(3)))];

    private static SegmentFact Fact(int segment, long hour, SegmentTier tier) => new(
        segment,
        IsComplete: true,
        65_536,
        (hour * Hour) + (256 * 1_000_000L),
        256 * 128,
        tier,
        [.. Enumerable.Range(1, 256).Select(i => new BundleFact((hour * Hour) + (i * 1_000_000L), 128))]);
}
