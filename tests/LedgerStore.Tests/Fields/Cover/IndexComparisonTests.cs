// Indexes that are compared with their segments: a true one is the same, one that leaves out a single value is false,
// and of what is not whole nothing is said.

using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Tests.Fields.Index;
using Xunit;

namespace LedgerStore.Tests.Fields.Cover;

public sealed class IndexComparisonTests
{
    private static readonly SearchWorld s_world = SearchWorld.Honest;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_honest_store_has_signed_is_the_same(bool isSalted)
    {
        SearchWorld world = isSalted ? SearchWorld.Salted : s_world;
        List<ComparedSegment> compared = Compare(world.Answer(SearchWorld.Ask(), hasExpired: false));
        Assert.Equal(
            [new ComparedSegment(0, ComparedState.Same, null), new ComparedSegment(1, ComparedState.Same, null)],
            compared[..2]);

        // The segment that is not complete has no statement.
        Assert.Equal(ComparedState.NotIndexed, Assert.Single(compared[2..]).State);
    }

    [Fact]
    public void An_index_without_one_value_of_one_bundle_is_false_although_every_answer_by_it_is_proven()
    {
        (TreeHead index, List<object> answers) = FalseAnswer();
        SearchCover cover = new(
            SearchWorld.Ask(), s_world.Trust with { Index = index }, 0, EntryBounds.EntriesPerSegment);
        cover.Add((SegmentAnswer)answers[0]);
        answers.OfType<BundleAnswer>().ToList().ForEach(bundle => _ = cover.Add(bundle));
        Assert.True(cover.Finish().IsComplete);

        ComparedSegment compared = Assert.Single(Compare(answers));
        Assert.Equal((0UL, ComparedState.False), (compared.Segment, compared.State));
        Assert.Contains("a search by it may have left something out", compared.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_whole_segment_and_its_statement_convicts_the_store_that_signed_both()
    {
        (TreeHead index, List<object> answers) = FalseAnswer();
        VerificationFailedException convicted =
            Assert.Throws<VerificationFailedException>(() => Verify(index, answers));
        Assert.StartsWith("the index of segment 0 is false: its entries give another", convicted.Message,
            StringComparison.Ordinal);
        List<object> honest = [.. s_world.Answer(SearchWorld.Ask(), hasExpired: false).Take(257)];
        Assert.Equal(65_536UL, Verify(s_world.Index, honest).Count);
    }

    [Fact]
    public void Of_a_segment_that_expired_in_part_or_has_a_hole_nothing_is_said()
    {
        Assert.Equal(
            [ComparedState.Expired, ComparedState.Same],
            Compare(s_world.Answer(SearchWorld.Ask())).Take(2).Select(static one => one.State));
        List<object> hole = s_world.Answer(SearchWorld.Ask(), hasExpired: false);
        hole.RemoveAt(10);
        Assert.Equal(
            [ComparedState.Unreadable, ComparedState.Same],
            Compare(hole).Take(2).Select(static one => one.State));
        List<object> told = s_world.Answer(SearchWorld.Ask(), hasExpired: false);
        told[10] = new UnreadableAnswer(9 * 256, 256, "the disk");
        Assert.Equal(ComparedState.Unreadable, Compare(told)[0].State);
    }

    private static List<ComparedSegment> Compare(List<object> answers)
    {
        IndexComparison comparison = new(SegmentMaker.Spec);
        List<ComparedSegment> ended = [];
        foreach (object answer in answers)
        {
            if (comparison.Add((SearchAnswer)answer) is { } one)
            {
                ended.Add(one);
            }
        }

        return comparison.Finish() is { } last ? [.. ended, last] : ended;
    }

    /// <summary>Segment 0, all of it, and a signed index that was built as if bundle 7 had the entries of bundle 8:
    /// whoever asks for what is in it alone finds nothing.</summary>
    private static (TreeHead Index, List<object> Answers) FalseAnswer()
    {
        byte[][] bundles = s_world.Bundles(0);
        bundles[7] = bundles[8];
        SegmentFacts facts = IndexFile.Read(
            SegmentMaker.Index(bundles, 0, s_world.Files[0].Facts.SegmentRoot)).Facts;
        (TreeHead index, ProvenEntry statement) = s_world.SignedFalsely(_ => facts);
        List<object> answers = [.. s_world.Answer(SearchWorld.Ask(), hasExpired: false).Take(257)];
        answers[0] = (SegmentAnswer)answers[0] with { Statement = statement };
        return (index, answers);
    }

    /// <summary>Writes the answer as `search --prove` does, signed by one key, and verifies that.</summary>
    private static SearchedQuestion Verify(TreeHead index, List<object> answers)
    {
        using SigningKey key = SigningKey.Generate();
        string indexLedger = IndexLedgerName.Of(7, 1, SegmentMaker.Spec.Id).ToString();
        using MemoryStream file = new();
        file.Write(JsonSerializer.SerializeToUtf8Bytes(new
        {
            kind = "search",
            version = SearchProofWriter.Version,
            ledger = SearchWorld.Name,
            index_ledger = indexLedger,
            spec = SegmentMaker.Spec.Text,
            clauses = Array.Empty<string>(),
            first = 0,
            count = EntryBounds.EntriesPerSegment,
            newest_first = false,
            ledger_checkpoint = Note(s_world.Ledger.Origin, s_world.Ledger),
            index_checkpoint = Note("example.org/" + indexLedger, index),
        }));
        file.Write("\n"u8);
        using (SearchProofWriter writer = new(file))
        {
            writer.Page(0, EntryBounds.EntriesPerSegment);
            answers.ForEach(answer => writer.Add((SearchAnswer)answer));
            writer.End();
        }

        return SearchProof.Verify(
            file.ToArray(),
            (origin, note) => LogKeySet.Trust(origin, KeyOf(origin).ToVerifierKey())
                .Open(note.Span, new VerifierKeys()),
            static _ => { });

        NoteSigner KeyOf(string origin) => new(KeyName.Parse(origin), key);
        byte[] Note(string origin, TreeHead tree) =>
            Checkpoint.Sign(origin, tree.Size, tree.Root, KeyOf(origin)).Bytes.ToArray();
    }
}
