// A log in memory, level by level, that stores and serves tiles: honestly, or with tiles of the tester's making.
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Proofs;

internal sealed class MemoryLog : ITileStore, ITileSource
{
    private readonly List<Hash256[]> _levels = [];

    public MemoryLog(Hash256[] leaves)
    {
        Tree = new NaiveTree(leaves);
        for (Hash256[] level = leaves; level.Length > 0; level = Above(level))
        {
            _levels.Add(level);
        }
    }

    public NaiveTree Tree { get; }

    public ulong Size => (ulong)Tree.Leaves.Length;

    public Hash256 Root => Tree.Root((int)Size);

    /// <summary>What is served in place of the true bytes.</summary>
    public Dictionary<TilePath, byte[]> Forged { get; } = [];

    public List<TilePath> Served { get; } = [];

    public int Calls { get; private set; }

    public int ReadTile(int level, ulong index, Span<Hash256> hashes)
    {
        ReadOnlySpan<Hash256> tile = Hashes(level, index);
        tile.CopyTo(hashes);
        return tile.Length;
    }

    public void ReadTiles(ReadOnlySpan<TilePath> tiles, Span<ReadOnlyMemory<byte>> contents)
    {
        Calls++;
        for (int i = 0; i < tiles.Length; i++)
        {
            Served.Add(tiles[i]);
            contents[i] = Forged.TryGetValue(tiles[i], out byte[]? forged) ? forged : Bytes(tiles[i]);
        }
    }

    public byte[] Bytes(TilePath tile) => Hash256.BytesOf(Hashes(tile.Level, tile.Index)[..tile.Width]).ToArray();

    /// <summary>Every tile of the log, the partial ones with their width.</summary>
    public IEnumerable<TilePath> AllTiles()
    {
        for (int level = 0; level < _levels.Count; level++)
        {
            for (int at = 0; at < _levels[level].Length; at += 256)
            {
                yield return TilePath.Tile(level, (ulong)at / 256, Math.Min(256, _levels[level].Length - at));
            }
        }
    }

    public IEnumerable<NodeCoordinate> AllLeaves() =>
        Enumerable.Range(0, (int)Size).Select(index => new NodeCoordinate(0, (ulong)index));

    private ReadOnlySpan<Hash256> Hashes(int level, ulong index)
    {
        if (level >= _levels.Count || (int)index * 256 >= _levels[level].Length)
        {
            return [];
        }

        int at = (int)index * 256;
        return _levels[level].AsSpan(at, Math.Min(256, _levels[level].Length - at));
    }

    private static Hash256[] Above(Hash256[] level) =>
        [.. Enumerable.Range(0, level.Length / 256).Select(i => HashPaths.Root(level.AsSpan(i * 256, 256)))];
}
