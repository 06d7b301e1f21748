// Proofs of a tree of 2^30 entries, to be verified one by one and in batches, and to be built from tiles.
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Proofs;

internal sealed class ProofWork
{
    public const int Proofs = 4096;
    public const int Levels = 30;
    public const ulong Size = 1UL << Levels;

    // 64 MiB of tiles: a sixteenth of what the level-1 tiles and their inner nodes would take.
    private const int TilesMax = 4096;

    private readonly UniformTree _tree = new();
    private readonly ulong[] _indexes = new ulong[Proofs];
    private readonly Hash256[] _leaves = new Hash256[Proofs];
    private readonly Hash256[] _hashes = new Hash256[Proofs * Levels];
    private readonly Hash256[] _built = new Hash256[TreeMath.ProofHashesMax];
    private readonly StoredNodes _nodes;
    private readonly Hash256 _root;
    private readonly Random _random = new(2);

    public ProofWork()
    {
        _root = _tree.Root(Levels);
        _nodes = new StoredNodes(_tree, new TileNodes(TilesMax), tree: 0);
        _leaves.AsSpan().Fill(_tree.LeafHash);
        for (int i = 0; i < Proofs; i++)
        {
            _indexes[i] = (ulong)_random.NextInt64((long)Size);
            _ = InclusionProof.Build(_indexes[i], Size, _nodes, _hashes.AsSpan(i * Levels, Levels));
        }
    }

    public void VerifySingly()
    {
        for (int i = 0; i < Proofs; i++)
        {
            InclusionProof.Verify(_indexes[i], Size, _leaves[i], _hashes.AsSpan(i * Levels, Levels), _root);
        }
    }

    public void VerifyInBatchesOf(int batch)
    {
        for (int i = 0; i < Proofs; i += batch)
        {
            InclusionBatch.Verify(
                _indexes.AsSpan(i, batch), Size, _leaves.AsSpan(i, batch),
                _hashes.AsSpan(i * Levels, batch * Levels), _root);
        }
    }

    /// <summary>Anywhere in the tree: the level-0 tile of each is cold, and its 255 nodes are computed.</summary>
    public void BuildAnywhere() => Build(0, Size);

    /// <summary>Entries among the last 2^18: their 1,024 tiles are hot.</summary>
    public void BuildRecent() => Build(Size - (1UL << 18), 1UL << 18);

    private void Build(ulong first, ulong range)
    {
        for (int i = 0; i < Proofs; i++)
        {
            ulong index = first + (ulong)_random.NextInt64((long)range);
            _ = InclusionProof.Build(index, Size, _nodes, _built);
        }
    }
}
