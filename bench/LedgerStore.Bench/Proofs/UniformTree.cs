// A tree of any size whose leaves are all the same, so that every node of a level has one hash: 2^30 entries in 30
// hashes. What a proof costs to build or verify does not depend on the values.
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Proofs;

internal sealed class UniformTree : ITileStore
{
    private readonly Hash256[] _levels = new Hash256[64];

    public UniformTree()
    {
        _levels[0] = MerkleHash.Leaf("an entry"u8);
        for (int level = 1; level < _levels.Length; level++)
        {
            _levels[level] = MerkleHash.Node(_levels[level - 1], _levels[level - 1]);
        }
    }

    public Hash256 LeafHash => _levels[0];

    /// <summary>The root of the tree of 2^level leaves.</summary>
    public Hash256 Root(int level) => _levels[level];

    public int ReadTile(int level, ulong index, Span<Hash256> hashes)
    {
        hashes.Fill(_levels[8 * level]);
        return hashes.Length;
    }
}
