// Lies of a server, one by one: each changes one thing of an honest answer, and has the words that must name it. Pure.

using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Fields.Cover;

/// <summary>A changed answer, and what must be said of it.</summary>
/// <param name="Names">Words of the message.</param>
internal sealed record SearchLie(string What, string Names, Func<SearchWorld, List<object>, TreeHead> Tell)
{
    public const string Asked = "who=rare0";

    private static readonly Question s_question = SearchWorld.Ask(Asked);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SearchLie> All { get; } = [.. Of(SearchWorld.Honest, SearchWorld.Other), UnaskedKey];

    /// <summary>Those about a salted ledger, and those about the keys of its index.</summary>
    public static IReadOnlyList<SearchLie> Salted { get; } =
        [.. Of(SearchWorld.Salted, SearchWorld.SaltedOther), .. OfKeys(SearchWorld.Salted)];

    private static SearchLie UnaskedKey => Segment("a key with an index that has none", "says that it has none",
        static one => one with { Key = s_key });

    private static readonly byte[] s_key = [.. Enumerable.Range(0, TermKey.SecretBytes).Select(static i => (byte)i)];

    private static IReadOnlyList<SearchLie> OfKeys(SearchWorld honest) =>
    [
        Segment("terms without their key", "is missing, or not the one", static one => one with { Key = default }),
        Segment("another key", "is missing, or not the one", static one => one with { Key = s_key }),
        Segment("a key with a byte too many", "is missing, or not the one",
            static one => one with { Key = (byte[])[.. one.Key.Span, 0] }),
        Segment("the key of another segment", "is missing, or not the one",
            one => one with { Key = honest.Files[1].SecretKey }),
        Segment("another key, with the pages that it asks for", "is missing, or not the one", one => one with
        {
            Key = s_key,
            Pages = honest.PagesBy(TermKey.Secret(s_key), s_question, 0),
        }),
        new("another key, whose hash was signed", "is false", (world, all) =>
        {
            TermKey key = TermKey.Secret(s_key);
            (TreeHead index, ProvenEntry statement) =
                world.SignedFalsely(facts => facts with { KeyHash = key.Commitment });
            all[0] = (SegmentAnswer)all[0] with
            {
                Key = s_key,
                Statement = statement,
                Pages = world.PagesBy(key, s_question, 0),
            };
            return index;
        }),
        new("an index with a key, signed as one without", "is false", (world, all) =>
        {
            (TreeHead index, ProvenEntry statement) =
                world.SignedFalsely(static facts => facts with { KeyHash = null });
            all[0] = (SegmentAnswer)all[0] with
            {
                Key = default,
                Statement = statement,
                Pages = world.PagesBy(TermKey.Public(s_question.Spec), s_question, 0),
            };
            return index;
        }),
    ];

    private static IReadOnlyList<SearchLie> Of(SearchWorld honest, SearchWorld other) =>
    [
        // The page.
        Answer("a page with a row cut out", "is not the one that was signed",
            static page => page with { Bytes = Cut(page) }),
        Answer("an empty page", "is not the one that was signed", static page => page with { Bytes = default }),
        Answer("the bytes of the next page", "is not the one that was signed",
            page => page with { Bytes = Next(honest, page).Bytes }),
        Answer("the next page, named as this one", "is not the one that was signed",
            page => Next(honest, page) with { Page = page.Page }),
        Answer("the page of another field", "is not the one that was signed",
            page => honest.PageAnswer(0, page.Field + 1, page.Page) with { Field = page.Field }),
        Answer("the page of another segment", "is not the one that was signed",
            page => honest.PageAnswer(1, page.Field, page.Page)),
        Answer("a page of a field that there is not", "there is no page", static page => page with { Field = 99 }),
        Answer("a page with a number that there is not", "there is no page", static page => page with { Page = -1 }),
        Answer("a path that is too short", "is not the one that was signed",
            static page => page with { Path = page.Path[..^1] }),
        Segment("a page twice", "sent twice", static one => one with { Pages = [.. one.Pages, one.Pages[0]] }),
        Segment("no page at all, and no bundles either", "incomplete", static one => one with { Pages = [] }),

        // The statement.
        Segment("the index of another segment, with a shifted number", "is entry 0 of the index ledger, not 1",
            one => honest.SegmentAnswer(s_question, 1) with { Segment = 0 }),
        Segment("another statement at the same place", "its path does not lead to the signed root", one =>
            one with { Statement = honest.SegmentAnswer(s_question, 1).Statement with { Index = 0 } }),
        Segment("the index of another ledger", "its path does not lead to the signed root",
            _ => other.SegmentAnswer(s_question, 0)),
        Segment("a statement that nobody signed", "its path does not lead to the signed root", static one => one with
        {
            Statement = one.Statement with { Entry = [.. one.Statement.Entry[..^1], (byte)'x'] },
        }),
        Segment("a segment that is not complete", "is not complete", static one => one with { Segment = 2 }),
        Segment("a wrong path of the segment", "is of other entries",
            static one => one with { SegmentPath = [MerkleHash.EmptyRoot] }),
        Signed("an old index, of the segment before it was written anew", "is of other entries",
            static facts => facts with { SegmentRoot = MerkleHash.EmptyRoot }),
        Signed("an index of the same segment by another spec", "by the spec",
            static facts => facts with { SpecId = MerkleHash.EmptyRoot }),
        Signed("an index with more fields", "by the spec", static facts => facts with { Fields = facts.Fields + 1 }),
        Signed("a statement about another segment", "is about segment 1", static facts => facts with { Segment = 1 }),
        SignedEntry("a statement about another ledger", "is of the ledger 'example.org/other'",
            static facts => SearchWorld.StatementEntry(new IndexStatement("example.org/other", facts), 0)),
        SignedEntry("a statement of another producer", "is not statement 1 of the producer",
            static facts => SearchWorld.StatementEntry(new IndexStatement("x", facts), 0, "indexes")),
        SignedEntry("a statement with another number", "is not statement 1 of the producer",
            static facts => SearchWorld.StatementEntry(new IndexStatement("x", facts), 1)),
        SignedEntry("an entry that is no statement", "is no statement", static _ => EntryMaker.Entry(
            "no"u8, type: SearchWorld.StatementType, appender: "", producer: "index")),

        // The cover.
        Cover("a segment left out", "incomplete: nothing was said of entries", static all => all.RemoveAt(0)),
        Cover("a bundle left out", "incomplete: nothing was said of entries",
            static all => all.RemoveAt(IndexOfBundle(all))),
        Cover("the tail left out", "incomplete: nothing was said of entries 131584 to 131660",
            static all => all.RemoveAt(all.Count - 1)),
        Cover("a bundle twice", "accounted for twice", static all => all.Add(all[IndexOfBundle(all)])),
        Cover("a segment twice", "was answered twice", static all => all.Add(all[0])),
        Cover("a bundle that the index excludes", "accounted for twice",
            all => all.Add(honest.BundleAnswer(Excluded(all)))),
        Cover("a bundle that was asked for nowhere", "is not in the range",
            all => all.Add(honest.BundleAnswer(1) with { Bundle = 5_000 })),
        Cover("another bundle in its place", "its path does not lead to the signed root", all =>
            Replace(all, honest.BundleAnswer(1) with { Bundle = BundleIn(all).Bundle })),
        Cover("a bundle with an entry changed", "its path does not lead to the signed root",
            static all => Replace(all, BundleIn(all) with { Entries = Changed(BundleIn(all).Entries) })),
        Cover("a bundle with an entry cut out", "is none",
            static all => Replace(all, BundleIn(all) with { Entries = WithoutFirst(BundleIn(all).Entries) })),
        Cover("unreadable, where it was delivered", "accounted for twice",
            static all => all.Add(new UnreadableAnswer(BundleIn(all).Bundle * 256, 256, "away"))),
        Cover("half a bundle unreadable", "not whole bundles", static all =>
        {
            ulong first = BundleIn(all).Bundle * 256;
            Replace(all, new UnreadableAnswer(first + 1, 255, "away"));
        }),

        // Expiry.
        Cover("expired, by an entry that is no tombstone", "is not the tombstone",
            all => Replace(all, honest.Expired(BundleIn(all).Bundle * 256, 256, 0))),
        Cover("expired, by the tombstone of another range", "is not the tombstone",
            all => Replace(all, honest.Expired(BundleIn(all).Bundle * 256, 256, 1))),
        Cover("expired, by the tombstone of another ledger", "is not the tombstone",
            all => Replace(all, honest.Expired(BundleIn(all).Bundle * 256, 256, 2))),
        Cover("more expired than the tombstone says", "is not the tombstone", all => all.Add(
            honest.Expired(SearchWorld.ExpiredFirst, SearchWorld.ExpiredCount + 256, 1))),
        Cover("a tombstone that is not in _audit", "its path does not lead to the signed root", all =>
        {
            ulong first = BundleIn(all).Bundle * 256;
            ExpiredAnswer of = honest.Expired(first, 256, 2);
            Replace(all, of with { Tombstone = of.Tombstone with { Entry = Changed(of.Tombstone.Entry) } });
        }),
        Cover("a tombstone behind the end of _audit", "is not in 'example.org/_audit'", all =>
        {
            ExpiredAnswer of = honest.Expired(BundleIn(all).Bundle * 256, 256, 1);
            Replace(all, of with { Tombstone = of.Tombstone with { Index = 3 } });
        }),
    ];

    public override string ToString() => What;

    private static SearchLie Answer(string what, string names, Func<PageAnswer, PageAnswer> change) =>
        Segment(what, names, one => one with { Pages = [change(one.Pages[0])] });

    private static SearchLie Segment(string what, string names, Func<SegmentAnswer, SegmentAnswer> change) =>
        Cover(what, names, all => all[0] = change((SegmentAnswer)all[0]));

    private static SearchLie Cover(string what, string names, Action<List<object>> change) =>
        new(what, names, (world, all) =>
        {
            change(all);
            return world.Index;
        });

    private static SearchLie Signed(string what, string names, Func<SegmentFacts, SegmentFacts> change) =>
        new(what, names, (world, all) => Sign(all, world.SignedFalsely(change)));

    private static SearchLie SignedEntry(string what, string names, Func<SegmentFacts, byte[]> entry) =>
        new(what, names, (world, all) => Sign(all, world.SignedFalsely(entry)));

    private static TreeHead Sign(List<object> all, (TreeHead Index, ProvenEntry Statement) signed)
    {
        all[0] = (SegmentAnswer)all[0] with { Statement = signed.Statement };
        return signed.Index;
    }

    private static int IndexOfBundle(List<object> all) => all.FindIndex(static one => one is BundleAnswer);

    private static BundleAnswer BundleIn(List<object> all) => (BundleAnswer)all[IndexOfBundle(all)];

    private static void Replace(List<object> all, object by) => all[IndexOfBundle(all)] = by;

    private static ulong Excluded(List<object> all) => Enumerable.Range(0, 256).Select(static one => (ulong)one)
        .First(one => !all.OfType<BundleAnswer>().Any(bundle => bundle.Bundle == one));

    private static PageAnswer Next(SearchWorld honest, PageAnswer page) =>
        honest.PageAnswer(0, page.Field, (page.Page + 1) % 256);

    private static byte[] Cut(PageAnswer page) => page.Bytes[..^4].ToArray();

    private static byte[] Changed(byte[] bytes)
    {
        byte[] changed = [.. bytes];
        changed[^2] ^= 1;
        return changed;
    }

    private static byte[] WithoutFirst(byte[] bundle) => bundle[(2 + ((bundle[0] << 8) | bundle[1]))..];
}
