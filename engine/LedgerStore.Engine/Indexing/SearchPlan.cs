// What a search has to send: for each segment of the range what its index proves, and which bundles that leaves. A part
// of the range at a time, so that neither side holds more than that. Owned by one call.

using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;
using LedgerStore.Fields;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Indexing;

/// <summary>One segment of a search.</summary>
/// <param name="Answer">What its index proves; null when no index says anything.</param>
/// <param name="Bundles">Those that may have entries of the answer.</param>
internal readonly record struct PlannedSegment(long Segment, SegmentAnswer? Answer, BundleSet Bundles);

/// <summary>Plans a search.</summary>
internal sealed class SearchPlan(OpenLedger ledger, OpenLedger statements, LedgerIndex index, IndexFiles files)
{
    // 262,144 entries are looked at by whoever asks, some 60 MB: then he asks on.
    private const int BundlesMax = 1_024;

    // So much of an index is held at a time: a few pages of each.
    private const int SegmentsMax = 256;

    /// <summary>Plans the front of a range, or its end, as far as one answer goes.</summary>
    /// <returns>At least one segment of a range that is not empty.</returns>
    public List<PlannedSegment> Make(Question question, SearchRange range)
    {
        List<PlannedSegment> plan = [];
        int bundles = 0;
        foreach (long segment in range.Segments())
        {
            PlannedSegment next = Plan(segment, question, range);
            bundles += (next.Bundles & range.BundlesIn(segment)).Count;
            if (plan.Count > 0 && (bundles > BundlesMax || plan.Count == SegmentsMax))
            {
                break;
            }

            plan.Add(next);
        }

        return plan;
    }

    private PlannedSegment Plan(long segment, Question question, SearchRange range)
    {
        PlannedSegment unknown = new(segment, null, BundleSet.All);
        if (segment >= range.IndexSize || segment >= range.Size / StoreLimits.EntriesPerSegment)
        {
            return unknown;
        }

        ProvenEntry statement = Prove(statements, segment, range.IndexSize);
        if (IndexVisit.ReadStatement(index, segment, statement.Entry) is not { } stated
            || files.TryGet(index.Id, stated) is not { } file)
        {
            return unknown;
        }

        TermKey key = file.SecretKey.IsEmpty ? TermKey.Public(question.Spec) : TermKey.Secret(file.SecretKey.Span);
        CandidateBundles candidates = new(question, key);

        // A page that is damaged is not sent, and so excludes nothing.
        Dictionary<(int Field, int Page), ReadOnlyMemory<byte>> pages = [];
        List<PageAnswer> sent = [];
        foreach ((int field, int page) in candidates.PagesOf(stated))
        {
            try
            {
                pages[(field, page)] = file.Page(field, page);
                sent.Add(new PageAnswer(field, page, pages[(field, page)], file.Tree.Prove(field, page)));
            }
            catch (MalformedDataException)
            {
                files.NoteDamage(index.Id, segment);
            }
        }

        BundleSet left = candidates.Of(stated, pages);
        Hash256[] path = ledger.Proofs.Node(SegmentLevel, segment, range.Size);
        SegmentAnswer answer = new((ulong)segment, statement, path, sent);

        // Who asks for times alone is not told what the terms mean.
        bool hasTerms = sent.Exists(page => !question.Spec.Fields[page.Field].IsZone);
        return new PlannedSegment(segment, hasTerms ? answer with { Key = file.SecretKey } : answer, left);
    }

    private const int SegmentLevel = 16;

    /// <summary>An entry of a ledger, and its path to the root of a size.</summary>
    public static ProvenEntry Prove(OpenLedger ledger, long entry, long size)
    {
        Span<Hash256> proof = stackalloc Hash256[TreeMath.ProofHashesMax];
        proof = proof[..ledger.Proofs.Inclusion(entry, size, proof)];
        using BundleLease lease = ledger.WaitForEntry(entry);
        return new ProvenEntry(
            (ulong)entry, lease.Entry((int)(entry - lease.FirstIndex)).ToArray(), proof.ToArray());
    }
}
