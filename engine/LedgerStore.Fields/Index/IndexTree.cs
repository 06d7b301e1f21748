// The Merkle tree over all pages of an index: RFC 6962, leaf number = field * 256 + page. Built once, then only read.

using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>All nodes of the tree, for proofs of pages.</summary>
internal sealed class IndexTree : INodeSource
{
    private readonly Hash256[][] _levels;

    /// <param name="leaves">The leaf hashes of all pages of all fields.</param>
    public IndexTree(Hash256[] leaves)
    {
        Size = (ulong)leaves.Length;
        _levels = new Hash256[TreeMath.Height(Size) + 1][];
        _levels[0] = leaves;
        for (int level = 1; level < _levels.Length; level++)
        {
            Hash256[] parents = new Hash256[_levels[level - 1].Length / 2];
            Sha256Batch.HashNodes(_levels[level - 1].AsSpan(0, 2 * parents.Length), parents);
            _levels[level] = parents;
        }

        CompactRange range = new();
        range.Append(leaves);
        Root = range.Root();
    }

    public ulong Size { get; }

    public Hash256 Root { get; }

    /// <summary>The number of a page's leaf.</summary>
    public static ulong LeafOf(int field, int page) => (ulong)((field * IndexPage.PerField) + page);

    /// <summary>How many leaves the tree of a spec has.</summary>
    public static ulong SizeOf(IndexSpec spec) => (ulong)(spec.Fields.Length * IndexPage.PerField);

    /// <summary>The hash of a leaf.</summary>
    public Hash256 Leaf(ulong leaf) => _levels[0][leaf];

    /// <summary>The path of a page to the root.</summary>
    public Hash256[] Prove(int field, int page) => Prove(LeafOf(field, page));

    /// <summary>The path of a leaf to the root.</summary>
    public Hash256[] Prove(ulong leaf) => InclusionProof.Build(leaf, Size, this);

    public void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            hashes[i] = _levels[nodes[i].Level][nodes[i].Index];
        }
    }
}
