// The index of a segment and the root over its entries, from the same bundles: for the store, which compares the root
// with its tree and signs the index, and for whoever builds it again and compares it with what was signed. Owned by one
// thread; one segment after the other.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>Bundles in, an index and a root out.</summary>
internal sealed class SegmentIndexer(IndexSpec spec)
{
    private readonly Hash256[] _roots = new Hash256[EntryBounds.BundlesPerSegment];
    private IndexBuilder _builder = new(spec);
    private int _bundles;

    /// <summary>Whether all bundles of the segment have been added.</summary>
    public bool IsWhole => _bundles == EntryBounds.BundlesPerSegment;

    /// <summary>Adds the next bundle of the segment, from its first.</summary>
    /// <exception cref="MalformedDataException">It is no bundle of 256 entries; nothing can be built of it.</exception>
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
            _builder = new IndexBuilder(spec);
            _bundles = 0;
        }
    }

    /// <summary>The file of the segment whose bundles were added, and the root over its entries. The next segment can
    /// begin.</summary>
    public byte[] Build(ulong segment, out Hash256 root)
    {
        _bundles = 0;
        root = Sha256Batch.PerfectRoot(_roots, _roots);
        return _builder.Build(segment, root);
    }

    /// <summary>Compares the index of the bundles that were added with what was signed.</summary>
    /// <returns>What is wrong; null: it is the index of these entries.</returns>
    public string? Compare(SegmentFacts stated)
    {
        SegmentFacts here = SegmentFacts.Read(IndexFile.Magic, Build(stated.Segment, out _));
        return here.IsSameAs(stated)
            ? null
            : here.SegmentRoot != stated.SegmentRoot
                ? $"its statement is about other entries: it names the root {stated.SegmentRoot}, they have "
                    + $"{here.SegmentRoot}"
                : $"its entries give another index than the one that was signed, {here.IndexRoot} instead of "
                    + $"{stated.IndexRoot}: a search by it may have left something out";
    }
}
