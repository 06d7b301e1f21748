// What an honest server answers to who searches: of a ledger that has no segment that is complete yet all bundles, and
// of one that has the index of its segment, what expired, and what cannot be read. Pure functions; any thread.

using Google.Protobuf;
using LedgerStore.Fields;
using LedgerStore.Proofs;
using LedgerStore.Protocol.V1;
using LedgerStore.Wording;
using InclusionProof = LedgerStore.Proofs.InclusionProof;

namespace LedgerStore.Tests.Lies;

internal static class HonestSearch
{
    /// <summary>The ledger that has an index, and no complete segment.</summary>
    internal const string Ledger = "found";

    private const int BundleLevel = 8;
    private const int SegmentLevel = 16;

    /// <summary>Its ledger of statements.</summary>
    internal static string IndexLedger { get; } = IndexLedgerName.Of(9, 1, IndexedLedger.Spec.Id).ToString();

    internal static FieldsInfo FieldsOf(string ledger) => ledger switch
    {
        Ledger => new FieldsInfo { Spec = IndexedLedger.Spec.Text, IndexLedger = IndexLedger },
        IndexedLedger.Name => new FieldsInfo
        {
            Spec = IndexedLedger.Spec.Text,
            IndexLedger = IndexedLedger.Statements,
            Indexed = 1,
            Complete = 1,
        },
        _ => new FieldsInfo(),
    };

    internal static IReadOnlyList<IMessage> Answer(World world, SearchRequest request)
    {
        HonestLedger ledger = world.Ledgers[request.Ledger];
        List<IMessage> parts =
            [new SearchResponse { Head = new SearchHead { First = request.First, End = request.End } }];
        BundleSet wanted = BundleSet.All;
        if (ledger.Base > 0 && request.IndexSize > 0)
        {
            (SegmentAnswer proven, wanted) = SegmentOf(world, request);
            parts.AddRange(SearchMessages.Of(proven));
        }

        for (ulong bundle = 0; bundle * EntryBounds.EntriesPerBundle < request.Size; bundle++)
        {
            if (bundle >= EntryBounds.BundlesPerSegment || wanted.Has((int)bundle))
            {
                parts.AddRange(SearchMessages.Of(BundleOf(world, bundle, request)));
            }
        }

        return parts;
    }

    private static (SegmentAnswer Proven, BundleSet Wanted) SegmentOf(World world, SearchRequest request)
    {
        IndexFile index = IndexedLedger.Index;
        Question question = new(IndexedLedger.Spec, [.. request.Clauses.Select(Clause.Parse)]);
        CandidateBundles candidates = new(question, TermKey.Secret(index.SecretKey.Span));
        PageAnswer[] pages = [.. candidates.PagesOf(index.Facts).Select(page => new PageAnswer(
            page.Field, page.Page, index.Page(page.Field, page.Page), index.Tree.Prove(page.Field, page.Page)))];
        SegmentAnswer proven = new(
            0, Prove(world.Ledgers[IndexedLedger.Statements], 0, request.IndexSize),
            PathOf(world.Ledgers[request.Ledger], SegmentLevel, 0, request.Size), pages)
        {
            Key = index.SecretKey,
        };
        return (proven, candidates.Of(index.Facts, pages.ToDictionary(
            static page => (page.Field, page.Page), static page => page.Bytes)));
    }

    private static SearchAnswer BundleOf(World world, ulong bundle, SearchRequest request)
    {
        HonestLedger ledger = world.Ledgers[request.Ledger];
        ulong first = bundle * EntryBounds.EntriesPerBundle;
        int count = (int)Math.Min(EntryBounds.EntriesPerBundle, request.Size - first);
        return first < ledger.Expired && request.AuditSize > 0
            ? new ExpiredAnswer(first, (ulong)count, Prove(
                world.Ledgers["_audit"], World.IndexedTombstoneIndex, request.AuditSize))
            : first < ledger.Expired || ledger.Damaged?.First == first
                ? new UnreadableAnswer(first, (ulong)count, HonestLedger.WhyUnreadable)
                : new BundleAnswer(
                    bundle, IndexedLedger.BundleOf([.. ledger.Entries.Skip((int)first).Take(count)]),
                    PathOf(ledger, BundleLevel, bundle, request.Size));
    }

    private static ProvenEntry Prove(HonestLedger ledger, ulong index, ulong size) =>
        new(index, ledger.Entries[(int)index], InclusionProof.Build(index, size, ledger));

    private static Hash256[] PathOf(HonestLedger ledger, int level, ulong number, ulong size)
    {
        Hash256[] path = new Hash256[TreeMath.ProofHashesMax];
        return path[..InclusionProof.Build(new NodeCoordinate(level, number), size, ledger, path)];
    }
}
