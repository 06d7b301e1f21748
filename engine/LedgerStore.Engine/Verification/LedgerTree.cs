// The tree of a ledger as its entries make it: the roots of any size, out of segment roots, bundle roots and leaves
// that were computed from files and journal. Used by the one thread that concludes a ledger.
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>Computes roots, smaller sizes first.</summary>
/// <param name="segments">Those of the files, in order.</param>
/// <param name="journal">Null when the journal has nothing of the ledger.</param>
/// <param name="useClaims">Takes the root that a file's tiles claim in place of that of its entries.</param>
internal sealed class LedgerTree(IReadOnlyList<SegmentJob> segments, JournalEvidence? journal, bool useClaims)
{
    private const int BundleLevel = 8;
    private const int SegmentLevel = 16;

    private readonly CompactRange _complete = new();

    /// <summary>The root of the first entries; null when some of them could not be hashed.</summary>
    public Hash256? RootAt(long size)
    {
        long segment = size / StoreLimits.EntriesPerSegment;
        while ((long)_complete.Size < segment * StoreLimits.EntriesPerSegment)
        {
            if (SegmentRoot((long)_complete.Size / StoreLimits.EntriesPerSegment) is not { } root)
            {
                return null;
            }

            _complete.AppendSubtree(SegmentLevel, root);
        }

        CompactRange range = _complete.Clone();
        long bundles = size / StoreLimits.EntriesPerBundle;
        for (long bundle = segment * StoreLimits.BundlesPerSegment; bundle < bundles; bundle++)
        {
            if (BundleRoot(bundle) is not { } root)
            {
                return null;
            }

            range.AppendSubtree(BundleLevel, root);
        }

        int leaves = (int)(size % StoreLimits.EntriesPerBundle);
        if (leaves > 0)
        {
            if (!TryGetLeaves(bundles, leaves, out ReadOnlySpan<Hash256> hashes))
            {
                return null;
            }

            range.Append(hashes);
        }

        return range.Root();
    }

    private Hash256? SegmentRoot(long segment)
    {
        if (segment < segments.Count && segments[(int)segment] is var job && job.Root != default)
        {
            return useClaims && job.ClaimedRoot != default ? job.ClaimedRoot : job.Root;
        }

        CompactRange range = new();
        for (int i = 0; i < StoreLimits.BundlesPerSegment; i++)
        {
            if (BundleRoot((segment * StoreLimits.BundlesPerSegment) + i) is not { } root)
            {
                return null;
            }

            range.AppendSubtree(BundleLevel, root);
        }

        return range.Root();
    }

    private Hash256? BundleRoot(long bundle)
    {
        int at = (int)(bundle % StoreLimits.BundlesPerSegment);
        if (EvidenceOf(bundle) is { } evidence && at < evidence.Roots.Length)
        {
            return evidence.Roots[at];
        }

        if (journal is not null && journal.TryGetRoot(bundle, out Hash256 root))
        {
            return root;
        }

        return TryGetLeaves(bundle, StoreLimits.EntriesPerBundle, out ReadOnlySpan<Hash256> leaves)
            ? RootOf(leaves)
            : null;
    }

    /// <summary>The first leaves of a bundle, from the files as far as they go, then from the journal.</summary>
    private bool TryGetLeaves(long bundle, int count, out ReadOnlySpan<Hash256> leaves)
    {
        Hash256[]? inFiles = null;
        if (EvidenceOf(bundle)?.TryGetLeaves(bundle, out inFiles) == true && inFiles!.Length >= count)
        {
            leaves = inFiles.AsSpan(0, count);
            return true;
        }

        leaves = default;
        long start = bundle * StoreLimits.EntriesPerBundle;
        long fromFiles = inFiles?.Length ?? 0;
        if (journal is null
            || !journal.TryGetLeaves(bundle, out Hash256[]? inJournal)
            || journal.First > start + fromFiles
            || journal.End < start + count)
        {
            return false;
        }

        Hash256[] merged = inJournal[..count];
        inFiles?.CopyTo(merged, 0);
        leaves = merged;
        return true;
    }

    private SegmentEvidence? EvidenceOf(long bundle)
    {
        long segment = bundle / StoreLimits.BundlesPerSegment;
        return segment < segments.Count ? segments[(int)segment].Evidence : null;
    }

    private static Hash256 RootOf(ReadOnlySpan<Hash256> leaves)
    {
        CompactRange range = new();
        range.Append(leaves);
        return range.Root();
    }
}
