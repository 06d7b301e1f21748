// SegmentReader: bundles whose payload is not in the ledger's directory. A cold one is read with one request, at a
// place that the local chunk tables give, and nothing of it is believed that the local hashes do not confirm.

using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

internal sealed partial class SegmentReader
{
    /// <summary>Reads a bundle from the cold store, checks it against the local hashes, and caches it.</summary>
    /// <exception cref="StoreException">TierAway: the cold store is. DataLoss: it has other bytes, or none.</exception>
    public async ValueTask<BundleLease> FetchAsync(ColdBundle cold, CancellationToken cancellationToken)
    {
        IColdStore store = services.Cold
            ?? throw Away(cold, "the store was opened without its cold store", cause: null);
        ReadOnlyMemory<byte> block;
        try
        {
            block = await store.ReadAsync(cold.Location, cold.Offset, cold.Header.FullBlockBytes, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ColdStoreException failed) when (failed.Failure != ColdStoreFailure.Missing)
        {
            throw Away(cold, failed.Message, failed);
        }
        catch (ColdStoreException missing)
        {
            if (TryFindLeftBehind(cold.Segment, cold.Bundle, out DecodedBundle? left))
            {
                // That it was moved was never true, or the volume is another one.
                return new BundleLease(left);
            }

            BlockDamagedException damage = new(cold.Location, cold.Offset, missing.Message, missing);
            throw Lost(damage, cold.Bundle.FirstIndex, StoreLimits.EntriesPerBundle);
        }

        try
        {
            DecodedBundle bundle = Decode(cold, block.Span);
            Cache(bundle, cold.Stamp);
            return new BundleLease(bundle);
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, cold.Bundle.FirstIndex, StoreLimits.EntriesPerBundle);
        }
    }

    /// <summary>What becomes of a read whose block has no payload here: it is in the cold store, or it was left in
    /// another file, or it has gone.</summary>
    private Found FindElsewhere(
        ColdBundle gone, ref SegmentAccess access, in BlockPlace place, out BundleLease lease, out ColdBundle? cold)
    {
        lease = default;
        cold = null;
        if (gone.Header.Payload == BlockPayload.Elsewhere && gone.Location.Length > 0)
        {
            cold = gone with
            {
                Block = access.Bytes(place.Offset, place.Length).ToArray(),
                Offset = BlockReads.FullOffset(ref access, gone.Bundle),
            };
            return Found.Cold;
        }

        StoreException refusal = Expired.Refusal(gone.Bundle.BundleIndex);
        if (refusal.Reason != StoreReason.NotConfirmed
            || !TryFindLeftBehind(gone.Segment, gone.Bundle, out DecodedBundle? left))
        {
            throw refusal;
        }

        lease = new BundleLease(left);
        return Found.Here;
    }

    private StoreException Away(ColdBundle cold, string why, Exception? cause)
    {
        // All that is left of the segment: a reader that goes on behind it asks once, and not for every bundle.
        long end = SegmentFormat.FirstIndex(cold.Bundle.Segment + 1);
        string message = $"entries {cold.Bundle.FirstIndex} to {end - 1} of ledger {ledgerId} are in the cold store, "
            + $"which is away: {why}";
        return new StoreException(StoreReason.TierAway, message, cause ?? new IOException(why))
        {
            FirstIndex = cold.Bundle.FirstIndex,
            Count = end - cold.Bundle.FirstIndex,
        };
    }

    private DecodedBundle Decode(ColdBundle cold, ReadOnlySpan<byte> block)
    {
        BlockPlace localPlace = new(cold.Segment.Path, 0, 0);
        BlockHeader local = cold.Header;
        ReadOnlySpan<byte> here = cold.Block;
        BlockPlace place = new(cold.Location, cold.Offset, 0);
        if (block.Length < local.FullBlockBytes)
        {
            throw new BlockDamagedException(place.File, place.Offset + block.Length, "the cold file ends here");
        }

        BlockHeader header = BlockDecoder.ReadHeader(block, cold.Bundle, place);
        int table = BlockFormat.HeaderBytes;
        if (header != local with { Payload = BlockPayload.Here }
            || !block[table..header.HeadBytes].SequenceEqual(here[table..local.HeadBytes]))
        {
            throw new BlockDamagedException(
                place.File, place.Offset, "the cold block is not the one that was put there");
        }

        DecodedBundle bundle = services.Pool.Rent(ledgerId, cold.Bundle.FirstIndex, header.Entries, header.RawBytes);
        try
        {
            BlockDecoder.Decode(block, header, place, bundle.Buffer, bundle.Offsets);
            Hash256[] tile = new Hash256[header.Entries];
            Hash256[] leaves = new Hash256[header.Entries];
            BlockDecoder.ReadTile(here.Slice(local.TileOffset, local.TileBytes), local, localPlace, tile);
            Sha256Batch.HashBundle(bundle.Bytes, leaves);
            if (!leaves.AsSpan().SequenceEqual(tile))
            {
                throw new BlockDamagedException(place.File, place.Offset, "the cold entries have not the local hashes");
            }

            return bundle;
        }
        catch
        {
            bundle.Release();
            throw;
        }
    }
}
