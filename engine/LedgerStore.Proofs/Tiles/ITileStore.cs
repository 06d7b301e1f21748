// What the builder of proofs asks of a store that has its own tiles and trusts them.
namespace LedgerStore.Proofs;

/// <summary>A store's tiles, read one at a time.</summary>
public interface ITileStore
{
    /// <summary>
    /// Writes the hashes that the tile has now to the front of <paramref name="hashes"/>, which has room for 256, and
    /// returns how many; 0 when there is no such tile. A tile only ever grows.
    /// </summary>
    int ReadTile(int level, ulong index, Span<Hash256> hashes);
}
