// Reads one bundle, entry or tile through an access to its segment. Stateless; runs on the reader's thread.

using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>Reads of blocks. Every failure of the bytes is a <see cref="BlockDamagedException"/>.</summary>
internal static class BlockReads
{
    /// <summary>
    /// What is read at once to get at a block: all of an ordinary one, so that one call to the kernel does.
    /// </summary>
    private const int FirstReadBytes = 128 * 1024;

    /// <summary>Decodes a bundle. The caller gets its one reference.</summary>
    /// <returns>Null when the block has no payload, as its header says.</returns>
    public static DecodedBundle? Bundle(
        ref SegmentAccess access,
        BundlePool pool,
        in BlockIdentity identity,
        in BlockPlace place,
        out BlockHeader header)
    {
        ReadOnlySpan<byte> block = access.UpTo(place.Offset, place.Length);
        header = BlockDecoder.ReadHeader(block, identity, place);
        if (header.Payload != BlockPayload.Here)
        {
            return null;
        }

        DecodedBundle bundle = pool.Rent(identity.LedgerId, identity.FirstIndex, header.Entries, header.RawBytes);
        try
        {
            BlockDecoder.Decode(block, header, place, bundle.Buffer, bundle.Offsets);
            pool.CountDecoded(header.RawBytes);
            return bundle;
        }
        catch
        {
            bundle.Release();
            throw;
        }
    }

    /// <summary>Decodes the chunk that holds an entry, and no more; a bundle of one chunk is one. Those of full blocks
    /// are cached, and looked for there first.</summary>
    /// <returns>With a reference for the caller; null when the block has no payload, or does not hold the slot.
    /// </returns>
    public static DecodedBundle? Chunk(
        ref SegmentAccess access,
        SegmentServices services,
        in BlockIdentity identity,
        in BlockPlace place,
        int slot,
        long stamp,
        out BlockHeader header)
    {
        // An ordinary block has one chunk and is read at once; of a large one the table says what is wanted.
        int headBytes = place.Length <= FirstReadBytes ? place.Length : BlockFormat.HeadBytesMax;
        ReadOnlySpan<byte> head = access.UpTo(place.Offset, headBytes);
        header = BlockDecoder.ReadHeader(head, identity, place);
        if (slot >= header.Entries || header.Payload != BlockPayload.Here)
        {
            return null;
        }

        ChunkPlace chunk = BlockDecoder.FindChunk(head, header, slot);
        if (header.Chunks > 1 && services.Cache.TryGetChunk(identity, chunk.Row.FirstEntry, out DecodedBundle? cached))
        {
            return cached;
        }

        ReadOnlySpan<byte> stored = Part(ref access, head, place, chunk.Offset, chunk.Row.StoredBytes);
        DecodedBundle decoded = services.Pool.Rent(
            identity.LedgerId, identity.FirstIndex + chunk.Row.FirstEntry, chunk.Entries, chunk.Row.RawBytes);
        try
        {
            BlockDecoder.DecodeChunk(chunk, stored, place, decoded.Buffer, decoded.Offsets);
        }
        catch
        {
            decoded.Release();
            throw;
        }

        services.Pool.CountDecoded(chunk.Row.RawBytes);
        if (header.Entries == StoreLimits.EntriesPerBundle)
        {
            services.Cache.Add(decoded, stamp);
        }

        return decoded;
    }

    /// <summary>Copies the leaf hashes of a bundle.</summary>
    /// <returns>How many there are.</returns>
    public static int Leaves(
        ref SegmentAccess access, in BlockIdentity identity, in BlockPlace place, Span<Hash256> leaves)
    {
        if (place.Length > FirstReadBytes)
        {
            // The tile is at the other end of the block: the disk brings it while the header is looked at.
            long tileAt = place.Offset + place.Length - SegmentFormat.TileBytes - BlockFormat.Alignment;
            access.WillNeed(tileAt, SegmentFormat.TileBytes + BlockFormat.Alignment);
        }

        ReadOnlySpan<byte> head = access.UpTo(place.Offset, Math.Min(place.Length, BlockFormat.HeadBytesMax));
        BlockHeader header = BlockDecoder.ReadHeader(head, identity, place);
        ReadOnlySpan<byte> tile = Part(ref access, head, place, header.TileOffset, header.TileBytes);
        BlockDecoder.ReadTile(tile, header, place, leaves);
        return header.Entries;
    }

    /// <summary>Where a block is in the file that has the payload of all: behind the full blocks before it. The way
    /// there is walked once for each map of a sealed segment.</summary>
    public static long FullOffset(ref SegmentAccess access, in BlockIdentity identity)
    {
        long[] known = access.Mapped!.FullOffsets;
        int bundle = identity.Bundle;
        while (bundle > 0 && Volatile.Read(ref known[bundle]) == 0)
        {
            bundle--;
        }

        long offset = bundle == 0 ? SegmentFormat.HeaderBytes : known[bundle];
        for (; bundle < identity.Bundle; bundle++)
        {
            access.TryFind(bundle, out BlockPlace place);
            ReadOnlySpan<byte> head = access.UpTo(place.Offset, Math.Min(place.Length, BlockFormat.HeadBytesMax));
            offset += BlockDecoder.ReadHeader(head, identity with { Bundle = bundle }, place).FullBlockBytes;
            Volatile.Write(ref known[bundle + 1], offset);
        }

        return offset;
    }

    /// <summary>A part of the block: of what was read already, if it is there.</summary>
    private static ReadOnlySpan<byte> Part(
        ref SegmentAccess access, ReadOnlySpan<byte> head, in BlockPlace place, int offset, int length) =>
        offset + length <= head.Length
            ? head.Slice(offset, length)
            : access.Bytes(place.Offset + offset, length);
}
