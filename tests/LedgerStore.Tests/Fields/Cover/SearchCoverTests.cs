// An honest answer is complete, and has exactly the entries that a scan finds; whatever part of the range is asked for.

using LedgerStore.Fields;
using Xunit;

namespace LedgerStore.Tests.Fields.Cover;

public sealed class SearchCoverTests
{
    private static readonly SearchWorld s_world = SearchWorld.Honest;

    [Theory]
    [InlineData("who=rare0", "")]
    [InlineData("who=nobody", "")]
    [InlineData("who=user7", "what=invoice.3.*")]
    [InlineData("who={rare1,rare2}", "@received>=2023-11-15T10:00:00Z")]
    [InlineData("size>999000", "")]
    [InlineData("@opaque=true", "")]
    [InlineData("what=invoice.3.step/7", "when<2023-11-15T00:00:00Z")]
    public void An_honest_answer_is_complete_and_finds_what_a_scan_finds(string first, string second)
    {
        Complete(s_world, first, second);
        Complete(SearchWorld.Salted, first, second);
    }

    [Fact]
    public void Without_an_index_everything_is_delivered()
    {
        Question question = SearchWorld.Ask("who=rare0");
        SearchCover cover = new(question, s_world.Trust with { Index = null }, 0, s_world.Ledger.Size);
        ulong bundles = (s_world.Ledger.Size + 255) / 256;
        Assert.NotEmpty(Run(cover, Enumerable.Range(0, (int)bundles).Select(one => s_world.BundleAnswer((ulong)one))));
        Assert.True(cover.Finish().IsComplete);
    }

    [Theory]
    [InlineData(0UL, 1UL)]
    [InlineData(100UL, 65_537UL)]
    [InlineData(65_535UL, 131_650UL)]
    [InlineData(131_072UL, 131_661UL)]
    [InlineData(7UL, 7UL)]
    public void A_part_of_the_ledger_is_complete_by_itself(ulong first, ulong end)
    {
        Question question = SearchWorld.Ask("what=invoice.3.*");
        SearchCover cover = new(question, s_world.Trust, first, end);
        object[] parts = [.. s_world.Answer(question, hasExpired: false).Where(answer => answer switch
        {
            SegmentAnswer segment => segment.Segment * 65_536 < end && (segment.Segment + 1) * 65_536 > first,
            BundleAnswer bundle => bundle.Bundle * 256 < end && (bundle.Bundle + 1) * 256 > first,
            _ => false,
        })];
        FoundEntry[] found = [.. Run(cover, first == end ? [] : parts)];
        Assert.True(cover.Finish().IsComplete);
        Assert.All(found, one => Assert.InRange(one.Index, first, end - 1));
        Assert.True(found.Length > 0 || end - first < 256);
    }

    [Fact]
    public void What_expired_and_what_cannot_be_read_is_said()
    {
        Question question = SearchWorld.Ask();
        SearchCover cover = new(question, s_world.Trust, 10_000, 12_400);
        cover.Add(s_world.Expired(10_240, 2_048, 1));
        _ = cover.Add(s_world.BundleAnswer(39));
        cover.Add(new UnreadableAnswer(12_288, 256, "the cold store is away"));
        Assert.Equal(
            "complete for entries 10000 to 12399; expired: 10240 to 12287; the server cannot read 12288 to 12399",
            cover.Finish().ToString());
    }

    [Fact]
    public void A_range_behind_the_checkpoint_cannot_be_asked_for() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new SearchCover(SearchWorld.Ask(), s_world.Trust, 0, s_world.Ledger.Size + 1));

    internal static List<FoundEntry> Run(SearchCover cover, IEnumerable<object> answers)
    {
        List<FoundEntry> found = [];
        foreach (object answer in answers)
        {
            switch (answer)
            {
                case SegmentAnswer segment:
                    cover.Add(segment);
                    break;
                case BundleAnswer bundle:
                    found.AddRange(cover.Add(bundle));
                    break;
                case ExpiredAnswer expired:
                    cover.Add(expired);
                    break;
                default:
                    cover.Add((UnreadableAnswer)answer);
                    break;
            }
        }

        return found;
    }

    private static void Complete(SearchWorld world, string first, string second)
    {
        Question question = SearchWorld.Ask(second.Length == 0 ? [first] : [first, second]);
        FieldScanner scanner = new(question.Spec);
        (ulong, Verdict)[] expected = [.. world.Entries()
            .Where(static one => one.Index is < SearchWorld.ExpiredFirst
                or >= SearchWorld.ExpiredFirst + SearchWorld.ExpiredCount)
            .Select(one => (one.Index, scanner.TryScan(one.Entry) ? question.Match(scanner.Values) : Verdict.Opaque))
            .Where(static one => one.Item2 != Verdict.No)];
        SearchCover cover = new(question, world.Trust, 0, world.Ledger.Size);
        (ulong, Verdict)[] found =
            [.. Run(cover, world.Answer(question)).Select(static one => (one.Index, one.Verdict))];
        CoverResult result = cover.Finish();
        Assert.True(result.IsComplete, result.ToString());
        Assert.StartsWith(
            $"complete for entries 0 to {world.Ledger.Size - 1}", result.ToString(), StringComparison.Ordinal);
        Assert.Equal(expected, found);
        Assert.NotEmpty(result.Excluded);
    }
}
