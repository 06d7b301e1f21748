// SegmentReader: bundles whose payload is not in the ledger's directory. A cold one is read with one request, at a
// place that the local chunk tables give, and nothing of it is believed that the local hashes do not confirm.

using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

internal sealed partial class SegmentReader
{
    /// <summary>Reads a bundle from the cold store, checks it against the local hashes, and caches it.</summary>
    /// <exception cref="StoreException">TierAway: the cold store is. DataLoss: it has other bytes, or none.</exception>
    public async ValueTask<BundleLease> FetchAsync(ColdBundleException cold, CancellationToken cancellationToken)
    {
        long stamp = services.Cache.Stamp;
        if (services.Cache.TryGet(ledgerId, cold.Bundle.BundleIndex, out BundleLease cached))
        {
            return cached;
        }

        (byte[] head, long offset, int length) = Place(cold);
        IColdStore store = services.Cold
            ?? throw Away(cold, "the store was opened without its cold store", cause: null);
        ReadOnlyMemory<byte> block;
        try
        {
            block = await store.ReadAsync(cold.Facts.Location, offset, length, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ColdStoreException failed) when (failed.Failure != ColdStoreFailure.Missing)
        {
            throw Away(cold, failed.Message, failed);
        }
        catch (ColdStoreException missing)
        {
            if (TryFindLeftBehind(Present(cold), cold.Bundle, out DecodedBundle? left))
            {
                // That it was moved was never true, or the volume is another one.
                return new BundleLease(left);
            }

            BlockDamagedException damage = new(cold.Facts.Location, offset, missing.Message, missing);
            throw Lost(damage, cold.Bundle.FirstIndex, StoreLimits.EntriesPerBundle);
        }

        try
        {
            DecodedBundle bundle = Decode(cold, head, block.Span, offset);
            Cache(bundle, stamp);
            return new BundleLease(bundle);
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, cold.Bundle.FirstIndex, StoreLimits.EntriesPerBundle);
        }
    }

    private Exception NotHere(PayloadGoneException gone, SegmentSource source, in BlockIdentity identity) =>
        gone.Header.Payload == BlockPayload.Elsewhere
            && source is SealedSegment { Facts: { Tier: SegmentTier.Cold, Location.Length: > 0 } facts }
            ? new ColdBundleException(identity, facts)
            : Expired.Refusal(identity.BundleIndex);

    private SegmentSource Present(ColdBundleException cold) => _list[(int)cold.Bundle.Segment];

    private StoreException Away(ColdBundleException cold, string why, Exception? cause)
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

    /// <summary>Where the block is in the file that has its payload: behind the full blocks before it.</summary>
    /// <returns>Also the block as it is here: header, chunk table, tile.</returns>
    private (byte[] Head, long Offset, int Length) Place(ColdBundleException cold)
    {
        if (!TryEnter(cold.Bundle.Segment, out SegmentSource? source, out SegmentAccess access))
        {
            throw Expired.Refusal(cold.Bundle.BundleIndex);
        }

        try
        {
            long offset = SegmentFormat.HeaderBytes;
            for (int bundle = 0; ; bundle++)
            {
                BlockIdentity identity = new(ledgerId, cold.Bundle.Segment, bundle);
                access.TryFind(bundle, out BlockPlace place);
                int headBytes = Math.Min(place.Length, BlockFormat.HeadBytesMax);
                BlockHeader header = BlockDecoder.ReadHeader(
                    access.UpTo(place.Offset, headBytes), identity, place);
                if (bundle == cold.Bundle.Bundle)
                {
                    return header.Payload == BlockPayload.Elsewhere
                        ? (access.Bytes(place.Offset, place.Length).ToArray(), offset, header.FullBlockBytes)
                        : throw NotHere(new PayloadGoneException(header), source!, identity);
                }

                offset += header.FullBlockBytes;
            }
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, cold.Bundle.FirstIndex, StoreLimits.EntriesPerBundle);
        }
        finally
        {
            access.Dispose();
        }
    }

    private DecodedBundle Decode(ColdBundleException cold, byte[] here, ReadOnlySpan<byte> block, long offset)
    {
        BlockPlace localPlace = new(cold.Facts.Path, 0, 0);
        BlockHeader local = BlockDecoder.ReadHeader(here, cold.Bundle, localPlace);
        BlockPlace place = new(cold.Facts.Location, offset, 0);
        if (block.Length < local.FullBlockBytes)
        {
            throw new BlockDamagedException(place.File, offset + block.Length, "the cold file ends here");
        }

        BlockHeader header = BlockDecoder.ReadHeader(block, cold.Bundle, place);
        int table = BlockFormat.HeaderBytes;
        if (header != local with { Payload = BlockPayload.Here }
            || !block[table..header.HeadBytes].SequenceEqual(here.AsSpan(table..local.HeadBytes)))
        {
            throw new BlockDamagedException(place.File, offset, "the cold block is not the one that was put there");
        }

        DecodedBundle bundle = services.Pool.Rent(ledgerId, cold.Bundle.FirstIndex, header.Entries, header.RawBytes);
        try
        {
            BlockDecoder.Decode(block, header, place, bundle.Buffer, bundle.Offsets);
            Hash256[] tile = new Hash256[header.Entries];
            Hash256[] leaves = new Hash256[header.Entries];
            BlockDecoder.ReadTile(here.AsSpan(local.TileOffset, local.TileBytes), local, localPlace, tile);
            Sha256Batch.HashBundle(bundle.Bytes, leaves);
            if (!leaves.AsSpan().SequenceEqual(tile))
            {
                throw new BlockDamagedException(place.File, offset, "the cold entries have not the local hashes");
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
