// A ledger's tiles as a client that believes nothing gets them.

using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Checkpoints;

internal sealed class LedgerTileSource(Ledger ledger) : ITileSource
{
    public void ReadTiles(ReadOnlySpan<TilePath> tiles, Span<ReadOnlyMemory<byte>> contents)
    {
        for (int i = 0; i < tiles.Length; i++)
        {
            TilePath tile = tiles[i];
            contents[i] = ledger.TryReadTile(tile.Level, (long)tile.Index, tile.Width)
                ?? throw new InvalidOperationException($"there is no {tile}");
        }
    }
}
