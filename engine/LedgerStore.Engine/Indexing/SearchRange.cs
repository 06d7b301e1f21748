// Which entries a search is about, and by which signed trees its answer is proven. Immutable, pure.

using LedgerStore.Fields;

namespace LedgerStore.Engine.Indexing;

/// <summary>A range of entries in trees of given sizes.</summary>
internal sealed record SearchRange(
    long First, long End, bool IsNewestFirst, long Size, long IndexSize, long AuditSize)
{
    /// <summary>The segments that have entries of the range, in the order of the answer.</summary>
    public IEnumerable<long> Segments()
    {
        long first = First / StoreLimits.EntriesPerSegment;
        long end = (End + StoreLimits.EntriesPerSegment - 1) / StoreLimits.EntriesPerSegment;
        for (long i = first; First < End && i < end; i++)
        {
            yield return IsNewestFirst ? end - 1 - (i - first) : i;
        }
    }

    /// <summary>The bundles of a segment that have entries of the range.</summary>
    public BundleSet BundlesIn(long segment)
    {
        long start = segment * StoreLimits.BundlesPerSegment;
        BundleSet set = default;
        for (int bundle = 0; bundle < StoreLimits.BundlesPerSegment; bundle++)
        {
            long first = (start + bundle) * StoreLimits.EntriesPerBundle;
            if (first < End && first + StoreLimits.EntriesPerBundle > First)
            {
                set.Add(bundle);
            }
        }

        return set;
    }

    /// <summary>The part of it that these segments have.</summary>
    public SearchRange Within(long firstSegment, long endSegment) => this with
    {
        First = Math.Max(First, firstSegment * StoreLimits.EntriesPerSegment),
        End = Math.Min(End, endSegment * StoreLimits.EntriesPerSegment),
    };
}
