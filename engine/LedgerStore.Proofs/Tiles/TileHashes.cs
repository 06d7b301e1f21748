// One tile and all nodes inside it, computed once: 255 hashes over 256, 16 KiB together.
//
//   heights side by side, compact:   W hashes of the tile | W/2 | W/4 | ... | 1        (each rounded down)
// Immutable after construction, any thread.
using System.Numerics;

namespace LedgerStore.Proofs;

/// <summary>The hashes of a tile, full or partial, with the perfect subtrees over them.</summary>
public sealed class TileHashes
{
    private readonly Hash256[] _nodes;

    /// <summary>Copies 1 to 256 hashes and computes what is above them.</summary>
    public TileHashes(ReadOnlySpan<Hash256> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(hashes.Length, nameof(hashes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashes.Length, TilePath.FullWidth, nameof(hashes));
        Width = hashes.Length;
        _nodes = GC.AllocateUninitializedArray<Hash256>((2 * Width) - BitOperations.PopCount((uint)Width));
        hashes.CopyTo(_nodes);
        for (int height = 0; Width >> (height + 1) != 0; height++)
        {
            int parents = Width >> (height + 1);
            Sha256Batch.HashNodes(_nodes.AsSpan(Start(height), 2 * parents), _nodes.AsSpan(Start(height + 1), parents));
        }
    }

    /// <summary>How many hashes the tile has.</summary>
    public int Width { get; }

    public bool IsFull => Width == TilePath.FullWidth;

    /// <summary>The tile's own hashes, from left to right.</summary>
    public ReadOnlySpan<Hash256> Hashes => _nodes.AsSpan(0, Width);

    /// <summary>The hash over a whole full tile, which is what the tile above holds for it.</summary>
    public Hash256 Root => IsFull
        ? _nodes[^1]
        : throw new InvalidOperationException($"a partial tile of {Width} hashes has no hash above it");

    /// <summary>The hash of the subtree over 2^height hashes of the tile.</summary>
    public Hash256 Node(int height, int position)
    {
        if (position < 0 || height is < 0 or > TilePlace.LevelsPerTile || position >= Width >> height)
        {
            throw new ArgumentOutOfRangeException(
                nameof(position), position, $"a tile of {Width} hashes has {Width >> height} nodes at height {height}");
        }

        return _nodes[Start(height) + position];
    }

    /// <summary>
    /// The perfect subtrees the tile consists of, from left to right: one for each bit of the width.
    /// </summary>
    /// <returns>How many were written.</returns>
    public int CopyRightEdge(Span<Hash256> nodes)
    {
        int count = 0;
        for (int height = TilePlace.LevelsPerTile; height >= 0; height--)
        {
            if (((Width >> height) & 1) != 0)
            {
                nodes[count++] = Node(height, (Width >> height) - 1);
            }
        }

        return count;
    }

    // W + W/2 + W/4 + ... of all heights is 2W minus the bits of W; from a height on it is the same sum of W >> height.
    private int Start(int height) => SumFrom((uint)Width) - SumFrom((uint)Width >> height);

    private static int SumFrom(uint width) => (int)(2 * width) - BitOperations.PopCount(width);
}
