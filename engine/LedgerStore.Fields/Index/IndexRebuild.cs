// The index of a segment, built again by whoever has its entries, and compared with what was signed of it. This is what
// finds an index that leaves something out where nobody has looked. Owned by one thread; one segment after the other.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Compares an index with the entries that it is of.</summary>
internal sealed class IndexRebuild(IndexSpec spec, TermKey key)
{
    private readonly Hash256[] _roots = new Hash256[EntryBounds.BundlesPerSegment];
    private IndexBuilder _builder = new(spec, key);
    private int _bundles;

    /// <summary>Whether all bundles of the segment have been added.</summary>
    public bool IsWhole => _bundles == EntryBounds.BundlesPerSegment;

    /// <summary>Adds the next bundle of the segment, from its first.</summary>
    /// <exception cref="MalformedDataException">It is no bundle of 256 entries.</exception>
    public void Add(ReadOnlySpan<byte> bundle)
    {
        _builder.Add(bundle);
        Span<Hash256> leaves = stackalloc Hash256[EntryBounds.EntriesPerBundle];
        _ = Sha256Batch.HashBundle(bundle, leaves);
        _roots[_bundles] = Sha256Batch.PerfectRoot(leaves, leaves);
        _bundles++;
    }

    /// <summary>A part of the segment is not there: what was added of it is forgotten.</summary>
    public void Abandon()
    {
        if (_bundles > 0)
        {
            _builder = new IndexBuilder(spec, key);
            _bundles = 0;
        }
    }

    /// <summary>Compares the index of the bundles that were added with what was signed. The next segment can begin.
    /// </summary>
    /// <returns>What is wrong; null: it is the index of these entries.</returns>
    public string? Compare(SegmentFacts stated)
    {
        _bundles = 0;
        byte[] built = _builder.Build(stated.Segment, Sha256Batch.PerfectRoot(_roots, _roots));
        SegmentFacts here = SegmentFacts.Read(IndexFile.Magic, built);
        return here.IsSameAs(stated)
            ? null
            : here.SegmentRoot != stated.SegmentRoot
                ? $"its statement is about other entries: it names the root {stated.SegmentRoot}, they have "
                    + $"{here.SegmentRoot}"
                : $"its entries give another index than the one that was signed, {here.IndexRoot} instead of "
                    + $"{stated.IndexRoot}: a search by it may have left something out";
    }
}
