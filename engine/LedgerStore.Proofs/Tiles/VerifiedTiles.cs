// The tiles of somebody else's log, each one checked against a checkpoint's root before any hash of it is used.
//
//   root  <-  all partial tiles together: they are the right edge, and folding their subtrees gives the root
//   full tile  <-  its own root is the hash that the tile above holds for it, and that tile was checked before
//
// Every full tile is compared, also those that a proof merely passes through: nothing is taken because it is likely.
// No input or output here: what is missing is asked for by name, and somebody brings the bytes.
// Owned by one thread at a time. Memory: twice tilesMax tiles of 16 KiB, and those of the call that is under way.

namespace LedgerStore.Proofs;

/// <summary>Hashes of a log, authenticated by the root of one checkpoint.</summary>
public sealed class VerifiedTiles : INodeSource
{
    private readonly int _tilesMax;

    // Right edge: the partial tile of each level, null where the level has none. Checked all at once, kept for ever.
    private readonly TileHashes?[] _edge = new TileHashes?[TilePlace.LevelsPerTile];

    // Full tiles that were compared. Two generations: what is used moves to the young one, the old is dropped whole.
    private Dictionary<(int Level, ulong Index), TileHashes> _young = [];
    private Dictionary<(int Level, ulong Index), TileHashes> _old = [];
    private bool _edgeIsVerified;

    /// <param name="size">Of a checkpoint whose signatures were verified.</param>
    /// <param name="root">Of the same checkpoint.</param>
    /// <param name="tilesMax">How many full tiles are kept, 16 KiB each.</param>
    public VerifiedTiles(ulong size, in Hash256 root, int tilesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tilesMax);
        Size = size;
        Root = root;
        _tilesMax = tilesMax;
        if (size == 0)
        {
            _edgeIsVerified = root == MerkleHash.EmptyRoot
                ? true
                : throw new VerificationFailedException($"a log without entries cannot have the root {root}");
        }
    }

    public ulong Size { get; }

    public Hash256 Root { get; }

    /// <summary>
    /// The tiles to fetch before these nodes can be read: theirs, those that vouch for them, and the right edge.
    /// Give all of them to <see cref="Accept"/>.
    /// </summary>
    public TilePath[] Missing(ReadOnlySpan<NodeCoordinate> nodes)
    {
        if (_young.Count >= _tilesMax)
        {
            _old = _young;
            _young = [];
        }

        var missing = new HashSet<TilePath>();
        if (!_edgeIsVerified)
        {
            AddEdge(missing);
        }

        foreach (ref readonly NodeCoordinate node in nodes)
        {
            if (!TreeMath.IsPerfect(node, Size))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(nodes), node, $"not a perfect subtree of a tree of size {Size}");
            }

            AddWithParents(TilePlace.Of(node), missing);
        }

        // Highest level first: the order in which they can be checked.
        return [.. missing.OrderByDescending(tile => tile.Level).ThenBy(tile => tile.Index)];
    }

    /// <summary>Checks the tiles that <see cref="Missing"/> named, and keeps those that are right.</summary>
    /// <param name="contents">The bytes of each: exactly 32 for each hash of its width.</param>
    /// <exception cref="MalformedDataException">A tile has another length.</exception>
    /// <exception cref="VerificationFailedException">A tile is not the one that the checkpoint stands for.</exception>
    public void Accept(ReadOnlySpan<TilePath> tiles, ReadOnlySpan<ReadOnlyMemory<byte>> contents)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(contents.Length, tiles.Length, nameof(contents));
        var arrived = new List<(TilePath Path, TileHashes Hashes)>(tiles.Length);
        for (int i = 0; i < tiles.Length; i++)
        {
            arrived.Add((tiles[i], Read(tiles[i], contents[i].Span)));
        }

        if (!_edgeIsVerified)
        {
            VerifyEdge(arrived);
        }

        foreach ((TilePath path, TileHashes hashes) in arrived.OrderByDescending(tile => tile.Path.Level))
        {
            if (!path.IsPartial)
            {
                VerifyFull(path, hashes);
                _young[(path.Level, path.Index)] = hashes;
            }
        }
    }

    /// <summary>Reads nodes whose tiles were accepted.</summary>
    public void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes)
    {
        for (int i = 0; i < nodes.Length; i++)
        {
            TilePlace place = TilePlace.Of(nodes[i]);
            TileHashes tile = FindVerified(place.TileLevel, place.TileIndex)
                ?? throw new InvalidOperationException(
                    $"tile {place.TileIndex} of level {place.TileLevel} was not accepted yet");
            hashes[i] = tile.Node(place.Height, place.Position);
        }
    }

    private static TileHashes Read(TilePath path, ReadOnlySpan<byte> content) =>
        content.Length == path.Width * Hash256.Length && !path.IsEntries
            ? new TileHashes(Hash256.Many(content))
            : throw new MalformedDataException(
                $"{path} has {content.Length} bytes where {path.Width * Hash256.Length} must be", 0);

    private void AddEdge(HashSet<TilePath> missing)
    {
        for (int level = 0; level < _edge.Length; level++)
        {
            int width = EdgeWidth(level);
            if (width > 0)
            {
                missing.Add(TilePath.Tile(level, EdgeIndex(level), width));
            }
        }
    }

    /// <summary>Up to the right edge, or to a tile that was compared already.</summary>
    private void AddWithParents(TilePlace place, HashSet<TilePath> missing)
    {
        int level = place.TileLevel;
        ulong index = place.TileIndex;
        while (!IsEdge(level, index) && FindVerified(level, index) is null)
        {
            missing.Add(TilePath.Tile(level, index, TilePath.FullWidth));
            level++;
            index /= TilePath.FullWidth;
        }
    }

    /// <summary>The root from all partial tiles: each consists of one subtree for each bit of its width.</summary>
    private void VerifyEdge(List<(TilePath Path, TileHashes Hashes)> arrived)
    {
        var edge = new TileHashes?[_edge.Length];
        foreach ((TilePath path, TileHashes hashes) in arrived)
        {
            if (path.IsPartial && path.Level < edge.Length && IsEdge(path.Level, path.Index)
                && path.Width == EdgeWidth(path.Level))
            {
                edge[path.Level] = hashes;
            }
        }

        Span<Hash256> nodes = stackalloc Hash256[64];
        int count = 0;
        for (int level = edge.Length - 1; level >= 0; level--)
        {
            count += edge[level]?.CopyRightEdge(nodes[count..]) ?? 0;
        }

        if (count != TreeMath.RightEdgeCount(Size))
        {
            throw new InvalidOperationException("tiles of the right edge were asked for and not brought");
        }

        Hash256 root = CompactRange.RootOf(Size, nodes[..count]);
        if (root != Root)
        {
            throw new VerificationFailedException(
                $"the tiles of the right edge hash to {root}, the checkpoint of size {Size} has the root {Root}");
        }

        edge.CopyTo(_edge, 0);
        _edgeIsVerified = true;
    }

    private void VerifyFull(TilePath path, TileHashes hashes)
    {
        TileHashes parent = FindVerified(path.Level + 1, path.Index / TilePath.FullWidth)
            ?? throw new InvalidOperationException($"{path} was brought without the tile above it");
        Hash256 expected = parent.Node(0, (int)(path.Index % TilePath.FullWidth));
        if (hashes.Root != expected)
        {
            throw new VerificationFailedException(
                $"{path} hashes to {hashes.Root}, the tile above it holds {expected}");
        }
    }

    private TileHashes? FindVerified(int level, ulong index)
    {
        if (IsEdge(level, index))
        {
            return _edge[level];
        }

        if (_young.TryGetValue((level, index), out TileHashes? tile))
        {
            return tile;
        }

        if (_old.Remove((level, index), out tile))
        {
            _young.Add((level, index), tile);
        }

        return tile;
    }

    /// <summary>Hashes that the level has behind its last full tile.</summary>
    private int EdgeWidth(int level) =>
        (int)(TreeMath.NodesAt(level * TilePlace.LevelsPerTile, Size) % TilePath.FullWidth);

    private ulong EdgeIndex(int level) =>
        TreeMath.NodesAt(level * TilePlace.LevelsPerTile, Size) / TilePath.FullWidth;

    private bool IsEdge(int level, ulong index) => index == EdgeIndex(level) && level < _edge.Length;
}
