// The arithmetic of the reserve, over every size that it may have.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Pipeline;
using Xunit;

namespace LedgerStore.Tests.Engine.Pipeline;

public sealed class SpaceBudgetTests
{
    private const long MiB = 1024 * 1024;

    public static TheoryData<long, long> Sizes => new()
    {
        { 8 * MiB, 8 * MiB },
        { 64 * MiB, 8 * MiB },
        { 64L * 1024 * MiB, 8 * MiB },
        { 64 * 1024, 4096 },
        { 1, 4096 },
    };

    [Theory]
    [InlineData(1, 40)]
    [InlineData(256, 40)]
    [InlineData(1, 65_535)]
    [InlineData(256, 65_535)]
    [InlineData(17, 3_000)]
    public void Entries_never_take_more_than_was_counted_for_them(int entries, int entryBytes)
    {
        // A block whose bytes do not compress, with as many chunks as it can have, and its rows in the segment.
        int raw = entries * (entryBytes + 2);
        long block = BlockFormat.BlockBytesBound(raw, entries);
        long trailer = (long)SegmentFormat.TrailerBytes * entries / 65_536;
        long counted = SpaceBudget.EntriesBytes(raw, entries);

        Assert.True(
            block + trailer <= counted + SpaceBudget.LedgerBytes, $"{block} + {trailer} of {counted}");
        Assert.True(entries < 256 || block + trailer <= counted, $"{block} + {trailer} of {counted}");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_parts_of_the_reserve_follow_each_other(long reserve, long buffer)
    {
        SpaceBudget budget = new(reserve, buffer);

        Assert.Equal(0, budget.FloorOf(SpaceUse.Expiry));
        Assert.InRange(budget.FloorOf(SpaceUse.Audit), 0, reserve);
        Assert.Equal(reserve, budget.FloorOf(SpaceUse.Ordinary));
        Assert.True(budget.Target(0) >= reserve + (4 * buffer));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_is_admitted_fits_what_is_held_and_leaves_what_others_are_promised(long reserve, long buffer)
    {
        SpaceBudget budget = new(reserve, buffer);
        long held = budget.Target(0);
        long step = Math.Max(1, held / 97);
        foreach (SpaceUse use in Enum.GetValues<SpaceUse>())
        {
            long backlog = 0;
            while (budget.HasRoom(use, held, backlog, step))
            {
                backlog += step;
            }

            Assert.True(backlog + budget.FloorOf(use) <= held);
            Assert.True(backlog + step + budget.FloorOf(use) > held, "nothing is refused that fits");
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_reserve_grows_before_anybody_waits_for_it(long reserve, long buffer)
    {
        SpaceBudget budget = new(reserve, buffer);
        for (long backlog = 0; backlog < 64 * buffer; backlog += buffer)
        {
            long held = budget.Ample(backlog);

            Assert.False(budget.IsTight(held, backlog));
            Assert.True(budget.HasRoom(SpaceUse.Ordinary, held, backlog, Math.Max(backlog, buffer)));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Who_frees_what_is_said_sees_appends_go_on(long reserve, long buffer)
    {
        SpaceBudget budget = new(reserve, buffer);
        foreach (long backlog in (long[])[0, buffer, 40 * buffer])
        {
            long target = budget.Target(backlog);
            for (long held = 0; held <= target; held += Math.Max(1, target / 13))
            {
                foreach ((long free, long journal) in ((long, long)[])[(0, 0), (MiB / 2, 0), (0, 64 * MiB)])
                {
                    long missing = budget.MissingBytes(held, target, free, journal);
                    long freed = free + missing;
                    long taken = SpaceBudget.Refill(held, target, freed);

                    Assert.True(
                        budget.MayResume(held + taken, target, freed - taken, journal),
                        $"held {held} of {target}, free {free}, said {missing}");
                    Assert.True(
                        missing > 0 || budget.MayResume(held, target, free, journal)
                        || SpaceBudget.Refill(held, target, free) > 0);
                }
            }
        }
    }

    [Fact]
    public void Without_a_reserve_nothing_is_refused_beforehand()
    {
        SpaceBudget budget = new(0, 8 * MiB);

        Assert.True(budget.HasRoom(SpaceUse.Ordinary, 0, 1L << 50, 1L << 50));
        Assert.False(budget.IsTight(0, 1L << 50));
        Assert.Equal(0, budget.Target(1L << 50));
    }
}
