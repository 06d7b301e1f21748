// A source of nodes: a tree of any size that is known by rule. One test each.
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Proofs;

/// <summary>A tree of up to 2^64 - 1 leaves that are all the same but one.</summary>
internal sealed class SparseSource : INodeSource
{
    private readonly Hash256[] _common = new Hash256[64];
    private readonly Hash256[] _special = new Hash256[64];
    private readonly ulong _specialLeaf;

    public SparseSource(ulong specialLeaf, Hash256 leafHash)
    {
        _specialLeaf = specialLeaf;
        _common[0] = HashPaths.Leaf([]);
        _special[0] = leafHash;
        for (int level = 1; level < 64; level++)
        {
            _common[level] = HashPaths.Node(_common[level - 1], _common[level - 1]);
            _special[level] = ((specialLeaf >> (level - 1)) & 1) == 0
                ? HashPaths.Node(_special[level - 1], _common[level - 1])
                : HashPaths.Node(_common[level - 1], _special[level - 1]);
        }
    }

    public Hash256 Leaf(ulong index) => index == _specialLeaf ? _special[0] : _common[0];

    public void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            bool special = _specialLeaf >> nodes[i].Level == nodes[i].Index;
            hashes[i] = special ? _special[nodes[i].Level] : _common[nodes[i].Level];
        }
    }

    public Hash256 Root(ulong size)
    {
        var nodes = new NodeCoordinate[TreeMath.RightEdgeCount(size)];
        var hashes = new Hash256[nodes.Length];
        ReadNodes(nodes.AsSpan(0, TreeMath.Decompose(0, size, nodes)), hashes);
        return CompactRange.RootOf(size, hashes);
    }
}
