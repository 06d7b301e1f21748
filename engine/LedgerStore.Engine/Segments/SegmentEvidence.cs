// What the entries of one segment came to when they were hashed anew: the roots of its bundles, and the leaves where a
// tree ends inside of a bundle. Filled by one thread, then handed on.

using System.Diagnostics.CodeAnalysis;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>Takes entries that were decoded; the bytes are valid during the call only.</summary>
/// <param name="first">The index of the first one.</param>
/// <param name="bundle">In bundle encoding; behind the entries there may be others, which do not count.</param>
internal delegate void EntriesVisitor(long first, ReadOnlySpan<byte> bundle, int count);

/// <summary>Computed hashes of a segment, from its first bundle on without a gap.</summary>
/// <param name="wanted">Bundles of the ledger whose leaves are kept.</param>
internal sealed class SegmentEvidence(long segment, IReadOnlySet<long> wanted)
{
    private readonly Hash256[] _roots = new Hash256[StoreLimits.BundlesPerSegment];
    private readonly Dictionary<long, Hash256[]> _leaves = [];
    private int _fullBundles;

    public long Segment => segment;

    public long FirstIndex => SegmentFormat.FirstIndex(segment);

    /// <summary>Entries that could be hashed, and those that only hashes are left of.</summary>
    public int Entries { get; private set; }

    /// <summary>Of these, entries whose payload the file says has expired.</summary>
    public int ExpiredEntries { get; private set; }

    /// <summary>Of these, entries whose payload is in the cold store.</summary>
    public int ColdEntries { get; private set; }

    /// <summary>First entries of the bundles that the file says have expired.</summary>
    public List<long> Expired { get; } = [];

    /// <summary>Is shown all entries that were decoded; null: nobody looks at them.</summary>
    public EntriesVisitor? OnEntries { get; init; }

    /// <summary>The roots of the full bundles.</summary>
    public ReadOnlySpan<Hash256> Roots => _roots.AsSpan(0, _fullBundles);

    /// <summary>Takes the next bundle.</summary>
    /// <param name="root">Of a full one.</param>
    /// <param name="payload">Whether the leaves were computed from entries, or are those of the tile.</param>
    public void Add(ReadOnlySpan<Hash256> leaves, in Hash256 root, BlockPayload payload = BlockPayload.Here)
    {
        Invariant.That(Entries == _fullBundles * StoreLimits.EntriesPerBundle, "only the last bundle is partial");
        bool isFull = leaves.Length == StoreLimits.EntriesPerBundle;
        long bundle = (segment * StoreLimits.BundlesPerSegment) + _fullBundles;
        if (!isFull || wanted.Contains(bundle))
        {
            _leaves[bundle] = leaves.ToArray();
        }

        if (isFull)
        {
            _roots[_fullBundles++] = root;
        }

        if (payload == BlockPayload.Expired)
        {
            Expired.Add(bundle * StoreLimits.EntriesPerBundle);
            ExpiredEntries += leaves.Length;
        }
        else if (payload == BlockPayload.Elsewhere)
        {
            ColdEntries += leaves.Length;
        }

        Entries += leaves.Length;
    }

    /// <summary>The leaves of a bundle that was asked for, or of the last one, if it is partial.</summary>
    /// <param name="bundle">Its number in the ledger.</param>
    public bool TryGetLeaves(long bundle, [NotNullWhen(true)] out Hash256[]? leaves) =>
        _leaves.TryGetValue(bundle, out leaves);
}
