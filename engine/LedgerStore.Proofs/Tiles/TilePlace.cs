// Where a node of the tree is found in tiles. A tile of level L holds 256 nodes of tree level 8L; the nodes of the
// seven levels above those are inside the tile, as hashes of its hashes:
//
//   node (level, index)  ->  tile level = level / 8, height = level % 8, tile index = index >> (8 - height)
//                            and there the 2^height hashes from slot (index << height) & 255 on
// Immutable value, any thread.
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

/// <summary>A place inside a tile: a perfect subtree over some of its hashes.</summary>
/// <param name="TileLevel">Which level of tiles.</param>
/// <param name="TileIndex">Which tile of that level.</param>
/// <param name="Height">How many levels above the tile's own hashes: 0 to 7.</param>
/// <param name="Position">Which subtree of that height, from the left of the tile.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TilePlace(int TileLevel, ulong TileIndex, int Height, int Position)
{
    /// <summary>Tree levels between a tile's hashes and those of the tile above.</summary>
    public const int LevelsPerTile = 8;

    /// <summary>How many of the tile's hashes, from the left, must be there to know the node.</summary>
    public int WidthNeeded => (Position + 1) << Height;

    public static TilePlace Of(in NodeCoordinate node)
    {
        int height = node.Level % LevelsPerTile;
        int positionBits = LevelsPerTile - height;
        return new TilePlace(
            node.Level / LevelsPerTile,
            node.Index >> positionBits,
            height,
            (int)(node.Index & ((1UL << positionBits) - 1)));
    }
}
