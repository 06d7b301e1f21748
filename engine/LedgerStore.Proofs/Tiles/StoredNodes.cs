// Nodes for proofs from a store's own tiles, with the hot ones kept: the server's side. It trusts what it reads; a
// client that does not uses TileReader.
// Any thread, as far as the store allows it.
using System.Runtime.CompilerServices;

namespace LedgerStore.Proofs;

/// <summary>Reads tree nodes from stored tiles through a <see cref="TileNodes"/> cache.</summary>
/// <param name="tree">What this tree is called in the cache.</param>
public sealed class StoredNodes(ITileStore store, TileNodes cache, ulong tree) : INodeSource
{
    public void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes)
    {
        // Nodes of one proof come tile by tile, so the last tile mostly is the next one too.
        TileHashes? tile = null;
        TilePlace last = default;
        for (int i = 0; i < nodes.Length; i++)
        {
            TilePlace place = TilePlace.Of(nodes[i]);
            bool same = tile is not null && place.TileIndex == last.TileIndex && place.TileLevel == last.TileLevel;
            if (!same || tile!.Width < place.WidthNeeded)
            {
                tile = cache.Find(tree, place.TileLevel, place.TileIndex, place.WidthNeeded) ?? ReadSlow(place);
                last = place;
            }

            hashes[i] = tile.Node(place.Height, place.Position);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private TileHashes ReadSlow(TilePlace place)
    {
        Span<Hash256> hashes = stackalloc Hash256[TilePath.FullWidth];
        int width = store.ReadTile(place.TileLevel, place.TileIndex, hashes);
        if (width < place.WidthNeeded)
        {
            throw new InvalidOperationException(
                $"tile {place.TileIndex} of level {place.TileLevel} has {width} hashes where " +
                $"{place.WidthNeeded} are needed: the tree does not reach that far");
        }

        var tile = new TileHashes(hashes[..width]);
        cache.Offer(tree, place.TileLevel, place.TileIndex, tile);
        return tile;
    }
}
