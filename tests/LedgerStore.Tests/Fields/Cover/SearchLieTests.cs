// Every lie of a server about an answer is caught, and the message names it. And an index that is false although it was
// signed is convicted by an entry that contradicts it.

using LedgerStore.Fields;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Fields.Cover;

public sealed class SearchLieTests
{
    private static readonly SearchWorld s_world = SearchWorld.Honest;

    public static TheoryData<string> Lies => [.. SearchLie.All.Select(static lie => lie.What)];

    public static TheoryData<string> SaltedLies => [.. SearchLie.Salted.Select(static lie => lie.What)];

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_is_caught_and_named(string what) =>
        Caught(s_world, SearchLie.All.Single(one => one.What == what));

    [Theory]
    [MemberData(nameof(SaltedLies))]
    public void A_lie_about_a_salted_ledger_is_caught_and_named(string what) =>
        Caught(SearchWorld.Salted, SearchLie.Salted.Single(one => one.What == what));

    [Fact]
    public void There_are_more_than_thirty_lies() => Assert.True(SearchLie.All.Count > 30);

    [Theory]
    [InlineData("an opaque mark removed", "no opaque mark is on its bundle")]
    [InlineData("a zone made smaller", "is outside of what the index says")]
    [InlineData("a term left out", "is not in the page of the index")]
    public void A_false_index_that_was_signed_is_convicted_by_an_entry(string what, string names)
    {
        Question question = SearchWorld.Ask("@received>2000-01-01T00:00:00Z");
        FieldScanner scanner = new(question.Spec);
        ulong found = s_world.Entries().First(one => scanner.TryScan(one.Entry) && (what switch
        {
            "an opaque mark removed" => scanner.Values.Opaque != OpaqueReason.None,
            "a zone made smaller" => HasSize(scanner.Values),
            _ => scanner.Values.Opaque == OpaqueReason.None,
        })).Index;
        (TreeHead index, SegmentAnswer answer) = False(what, scanner, (int)(found / 256));
        string said = Said(question, [answer, s_world.BundleAnswer(found / 256)], index);
        Assert.Contains("is false: of entry ", said, StringComparison.Ordinal);
        Assert.Contains(names, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_false_index_that_excludes_a_delivered_entry_of_the_answer_is_named(bool isIndexFirst)
    {
        // Signed: all pages of 'who' are empty, so that no bundle has anybody.
        Question question = SearchWorld.Ask("who=user7");
        Hash256[] leaves = [.. Enumerable.Range(0, (int)IndexTree.SizeOf(question.Spec)).Select(leaf =>
            leaf / 256 == OwnField.Count ? IndexPage.EmptyHash : s_world.Files[0].Tree.Leaf((ulong)leaf))];
        IndexTree tree = new(leaves);
        (TreeHead index, ProvenEntry statement) =
            s_world.SignedFalsely(facts => facts with { IndexRoot = tree.Root });
        int page = IndexPage.NumberOf(s_world.KeyOf(0).Of(FieldKind.Text, OwnField.Count, isPrefix: false, "user7"u8));
        SegmentAnswer answer = s_world.SegmentAnswer(question, 0) with
        {
            Statement = statement,
            Pages = [new PageAnswer(OwnField.Count, page, default, tree.Prove(OwnField.Count, page))],
        };
        FieldScanner scanner = new(question.Spec);
        ulong found = s_world.Entries().First(
            one => scanner.TryScan(one.Entry) && question.Match(scanner.Values) == Verdict.Yes).Index;
        BundleAnswer bundle = s_world.BundleAnswer(found / 256);
        string said = Said(question, isIndexFirst ? [answer, bundle] : [bundle, answer], index);
        Assert.Contains("is false", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_believed_without_a_checkpoint_of_its_ledger()
    {
        Question question = SearchWorld.Ask(SearchLie.Asked);
        SearchCover cover = new(
            question, s_world.Trust with { Index = null, Audit = null }, 0, s_world.Ledger.Size);
        Assert.Throws<VerificationFailedException>(() => cover.Add(s_world.SegmentAnswer(question, 0)));
        Assert.Throws<VerificationFailedException>(() => cover.Add(s_world.Expired(10_240, 256, 1)));
        Assert.False(cover.Finish().IsComplete);
    }

    private static (TreeHead Index, SegmentAnswer Answer) False(string what, FieldScanner scanner, int bundle)
    {
        Question question = SearchWorld.Ask("@received>2000-01-01T00:00:00Z");
        SegmentAnswer honest = s_world.SegmentAnswer(question, 0);
        if (what != "a term left out")
        {
            (TreeHead index, ProvenEntry signed) = s_world.SignedFalsely(facts => what == "a zone made smaller"
                ? facts with { Zones = [.. facts.Zones.Where(static zone => zone.Field != OwnField.Count + 5)] }
                : facts with { Opaque = default });
            return (index, honest with { Statement = signed });
        }

        // The page of the entry's appender, without the bundle.
        uint term = s_world.KeyOf(0).Of(FieldKind.Text, OwnField.Appender, isPrefix: false, "app"u8);
        int page = IndexPage.NumberOf(term);
        List<byte> bytes = [];
        IndexPage.Write(FieldKind.Text, [.. Enumerable.Range(0, 256).Where(one => one != bundle)
            .Select(one => new Posting(OwnField.Appender, term, one))], bytes);
        Hash256[] leaves = [.. Enumerable.Range(0, (int)IndexTree.SizeOf(scanner.Spec))
            .Select(static leaf => s_world.Files[0].Tree.Leaf((ulong)leaf))];
        leaves[page] = MerkleHash.Leaf([.. bytes]);
        IndexTree tree = new(leaves);
        (TreeHead signedIndex, ProvenEntry statement) =
            s_world.SignedFalsely(facts => facts with { IndexRoot = tree.Root });
        PageAnswer answer = new(OwnField.Appender, page, bytes.ToArray(), tree.Prove(OwnField.Appender, page));
        return (signedIndex, honest with { Statement = statement, Pages = [answer] });
    }

    private static bool HasSize(FieldValues values) =>
        values.All.ToArray().Any(static value => value.Field == OwnField.Count + 5);

    private static void Caught(SearchWorld world, SearchLie lie)
    {
        Question question = SearchWorld.Ask(SearchLie.Asked);
        List<object> answers = world.Answer(question);
        TreeHead index = lie.Tell(world, answers);
        Assert.Contains(lie.Names, Said(world, question, answers, index), StringComparison.Ordinal);
    }

    private static string Said(Question question, List<object> answers, TreeHead index) =>
        Said(s_world, question, answers, index);

    private static string Said(SearchWorld world, Question question, List<object> answers, TreeHead index)
    {
        SearchCover cover = new(question, world.Trust with { Index = index }, 0, world.Ledger.Size);
        try
        {
            _ = SearchCoverTests.Run(cover, answers);
            CoverResult result = cover.Finish();
            Assert.False(result.IsComplete, "a lie was taken for a complete answer");
            return result.ToString();
        }
        catch (VerificationFailedException lie)
        {
            return lie.Message;
        }
    }
}
