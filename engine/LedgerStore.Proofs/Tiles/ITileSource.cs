// What the tile reader asks of whoever can fetch: HTTP, a directory, a cache in front of either, an enemy.
namespace LedgerStore.Proofs;

/// <summary>Fetches tiles of a log. Nothing it gives is believed.</summary>
public interface ITileSource
{
    /// <summary>
    /// Puts the bytes of each tile to the same place of <paramref name="contents"/>. A partial tile that is gone
    /// because the full one exists may be cut from the front of that. Throws when one cannot be had.
    /// </summary>
    void ReadTiles(ReadOnlySpan<TilePath> tiles, Span<ReadOnlyMemory<byte>> contents);
}
