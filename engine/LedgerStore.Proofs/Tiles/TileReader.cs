// A reader of somebody else's log: fetches tiles, checks every one (VerifiedTiles), and answers from those. Who fetches
// asynchronously uses VerifiedTiles in the same three steps.
// Owned by one thread at a time.
namespace LedgerStore.Proofs;

/// <summary>Reads the nodes of a log through tiles that are all authenticated by one checkpoint.</summary>
/// <param name="size">Of a checkpoint whose signatures were verified.</param>
/// <param name="root">Of the same checkpoint.</param>
/// <param name="tilesMax">How many full tiles are kept, 16 KiB each.</param>
public sealed class TileReader(ulong size, in Hash256 root, ITileSource source, int tilesMax) : INodeSource
{
    private readonly VerifiedTiles _tiles = new(size, root, tilesMax);

    public ulong Size => _tiles.Size;

    public Hash256 Root => _tiles.Root;

    /// <summary>Fetches what is missing in one call, checks it, and gives the hashes.</summary>
    /// <exception cref="MalformedDataException">A tile has a wrong length.</exception>
    /// <exception cref="VerificationFailedException">A tile is not the one that the checkpoint stands for.</exception>
    public void ReadNodes(ReadOnlySpan<NodeCoordinate> nodes, Span<Hash256> hashes)
    {
        TilePath[] missing = _tiles.Missing(nodes);
        if (missing.Length > 0)
        {
            var contents = new ReadOnlyMemory<byte>[missing.Length];
            source.ReadTiles(missing, contents);
            _tiles.Accept(missing, contents);
        }

        _tiles.ReadNodes(nodes, hashes);
    }

    /// <summary>Checks a bundle of entries, full or the last one, against the log.</summary>
    /// <param name="bundleIndex">Which 256 entries.</param>
    /// <exception cref="MalformedDataException">Not a bundle of as many entries as the log has there.</exception>
    /// <exception cref="VerificationFailedException">An entry is not the one in the log; says which.</exception>
    public void VerifyBundle(ulong bundleIndex, ReadOnlySpan<byte> bundle)
    {
        int count = TilePath.WidthIn(Size, 0, bundleIndex);
        ArgumentOutOfRangeException.ThrowIfZero(count, nameof(bundleIndex));
        var computed = new Hash256[count];
        int end = Sha256Batch.HashBundle(bundle, computed);
        if (end != bundle.Length)
        {
            throw new MalformedDataException($"a bundle of {count} entries goes on after the last", end);
        }

        ulong first = bundleIndex * TilePath.FullWidth;
        var nodes = new NodeCoordinate[count];
        for (int i = 0; i < count; i++)
        {
            nodes[i] = new NodeCoordinate(0, first + (ulong)i);
        }

        var expected = new Hash256[count];
        ReadNodes(nodes, expected);
        int same = computed.AsSpan().CommonPrefixLength(expected);
        if (same < count)
        {
            throw new VerificationFailedException(
                $"entry {first + (ulong)same} hashes to {computed[same]}, the log has {expected[same]}");
        }
    }
}
