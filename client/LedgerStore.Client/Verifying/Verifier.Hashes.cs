// The verifier on hashes alone: every leaf hash of a ledger, read as tiles and checked against a signed root. It needs
// no right to read a record.
// Any thread; each enumeration has its own tiles.

using System.Runtime.CompilerServices;
using Grpc.Core;
using LedgerStore.Proofs;
using InclusionProof = LedgerStore.Proofs.InclusionProof;
using Receipt = LedgerStore.Proofs.Receipt;

namespace LedgerStore.Client;

public sealed partial class Verifier
{
    // How many tiles of 256 hashes are under way at a time.
    private const int TilesUnderWay = 16;
    private const int TilesKept = 4 * TilesUnderWay;

    // A hash of this level stands for 256 entries.
    private const int TileRootLevel = 8;

    /// <summary>
    /// Reads the hash of every entry of a verified tree, 256 at a time, and checks each against its signed root.
    /// Nothing is read of what the entries say, so the capability `verify` is enough.
    /// </summary>
    /// <param name="from">The entry to begin with; its whole tile is given.</param>
    /// <exception cref="VerificationFailedException">What the server gives is not what was signed.</exception>
    public async IAsyncEnumerable<LeafHashes> ReadHashesAsync(
        VerifiedCheckpoint checkpoint,
        ulong from,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        VerifiedTiles tiles = new(checkpoint.Size, checkpoint.Root, TilesKept);
        ulong end = (checkpoint.Size + TilePath.FullWidth - 1) / TilePath.FullWidth;
        for (ulong first = from / TilePath.FullWidth; first < end; first += TilesUnderWay)
        {
            ulong[] indexes = [.. Enumerable.Range(0, (int)Math.Min(TilesUnderWay, end - first))
                .Select(number => first + (ulong)number)];

            // One hash of a tile stands for the tile, and for those that vouch for it.
            NodeCoordinate[] nodes = [.. indexes.Select(index => new NodeCoordinate(0, index * TilePath.FullWidth))];
            await FetchAsync(tiles, nodes, cancellationToken).ConfigureAwait(false);
            foreach (ulong index in indexes)
            {
                yield return Leaves(tiles, index);
            }
        }
    }

    /// <summary>
    /// Makes a receipt for an entry that is not read: with the leaf hash that the server names, proven against a
    /// verified tree. Whoever has the entry checks the receipt with it.
    /// </summary>
    /// <exception cref="LedgerViolationException">The server does not show that hash in that tree.</exception>
    public async Task<(Receipt Receipt, Hash256 Leaf)> GetReceiptAsync(
        ulong index, CancellationToken cancellationToken = default)
    {
        VerifiedCheckpoint checkpoint = await CheckpointForAsync(index + 1, cancellationToken).ConfigureAwait(false);
        (Hash256 leaf, Hash256[] proof) = await GetProofAsync(index, checkpoint, cancellationToken)
            .ConfigureAwait(false);
        return InclusionProof.IsValid(index, checkpoint.Size, leaf, proof, checkpoint.Root)
            ? (Receipt.Create(index, proof, checkpoint.Note, default), leaf)
            : throw WrongInclusion(checkpoint, index, leaf, default, proof);
    }

    /// <summary>The root over the hashes of a range of entries, as a tombstone has it: from hashes that are checked
    /// against the signed root.</summary>
    /// <param name="first">A multiple of 256, and so is <paramref name="count"/>.</param>
    /// <exception cref="VerificationFailedException">What the server gives is not what was signed.</exception>
    public async Task<Hash256> GetRangeRootAsync(
        VerifiedCheckpoint checkpoint, ulong first, ulong count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(first % TilePath.FullWidth, 0UL, nameof(first));
        ArgumentOutOfRangeException.ThrowIfNotEqual(count % TilePath.FullWidth, 0UL, nameof(count));
        VerifiedTiles tiles = new(checkpoint.Size, checkpoint.Root, TilesKept);
        CompactRange range = new();
        ulong end = (first + count) / TilePath.FullWidth;
        for (ulong at = first / TilePath.FullWidth; at < end;)
        {
            int run = (int)Math.Min(end - at, TilesUnderWay * TilePath.FullWidth);
            NodeCoordinate[] nodes = [.. Enumerable.Range(0, run)
                .Select(number => new NodeCoordinate(TileRootLevel, at + (ulong)number))];
            await FetchAsync(tiles, nodes, cancellationToken).ConfigureAwait(false);
            Hash256[] roots = new Hash256[run];
            tiles.ReadNodes(nodes, roots);
            range.AppendSubtrees(TileRootLevel, roots);
            at += (ulong)run;
        }

        return range.Root();
    }

    private async Task FetchAsync(VerifiedTiles tiles, NodeCoordinate[] nodes, CancellationToken cancellationToken)
    {
        TilePath[] missing = tiles.Missing(nodes);
        ReadOnlyMemory<byte>[] contents = await Task.WhenAll(missing.Select(
            tile => GetTileAsync(tile, cancellationToken))).ConfigureAwait(false);
        try
        {
            tiles.Accept(missing, contents);
        }
        catch (Exception error) when (error is VerificationFailedException or MalformedDataException)
        {
            ulong last = Math.Min(nodes[^1].FirstLeaf + TilePath.FullWidth, tiles.Size) - 1;
            throw new VerificationFailedException(
                $"the hashes of entries {nodes[0].FirstLeaf} to {last} of {Origin} are not those of the "
                + $"signed tree of size {tiles.Size}: {error.Message}",
                error);
        }
    }

    private async Task<ReadOnlyMemory<byte>> GetTileAsync(TilePath tile, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.Channel.GetAsync(
                $"/{Ledger}/{tile}", TilePath.FullWidth * Hash256.Length, _client.Unary(cancellationToken))
                .ConfigureAwait(false);
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            throw new VerificationFailedException(
                $"the server has no {tile} of {Origin}, which its signed checkpoint covers", missing);
        }
        catch (RpcException tooLong) when (tooLong.StatusCode == StatusCode.DataLoss)
        {
            throw new VerificationFailedException(
                $"the server gives more as {tile} of {Origin} than a tile has", tooLong);
        }
    }

    private static LeafHashes Leaves(VerifiedTiles tiles, ulong index)
    {
        ulong first = index * TilePath.FullWidth;
        NodeCoordinate[] nodes = [.. Enumerable.Range(0, TilePath.WidthIn(tiles.Size, 0, index))
            .Select(number => new NodeCoordinate(0, first + (ulong)number))];
        Hash256[] hashes = new Hash256[nodes.Length];
        tiles.ReadNodes(nodes, hashes);
        return new LeafHashes(first, hashes);
    }
}
