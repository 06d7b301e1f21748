// Reads one bundle, entry or tile through an access to its segment. Stateless; runs on the reader's thread.

using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>Reads of blocks. Every failure of the bytes is a <see cref="BlockDamagedException"/>.</summary>
internal static class SegmentReads
{
    /// <summary>
    /// What is read at once to get at a block: all of an ordinary one, so that one call to the kernel does.
    /// </summary>
    private const int FirstReadBytes = 128 * 1024;

    /// <summary>Decodes a bundle. The caller gets its one reference.</summary>
    public static DecodedBundle Bundle(
        ref SegmentAccess access, BundlePool pool, in BlockIdentity identity, in BlockPlace place)
    {
        ReadOnlySpan<byte> block = access.UpTo(place.Offset, place.Length);
        BlockHeader header = BlockDecoder.ReadHeader(block, identity, place);
        RequirePayload(header);
        DecodedBundle bundle = pool.Rent(identity.LedgerId, identity.FirstIndex, header.Entries, header.RawBytes);
        try
        {
            BlockDecoder.Decode(block, header, place, bundle.Buffer, bundle.Offsets);
            return bundle;
        }
        catch
        {
            bundle.Release();
            throw;
        }
    }

    /// <summary>Decodes the chunk that holds an entry: the whole bundle, if it is one chunk.</summary>
    /// <returns>The chunk's entries, from its first on; null when the block does not hold the slot.</returns>
    public static DecodedBundle? Chunk(
        ref SegmentAccess access, BundlePool pool, in BlockIdentity identity, in BlockPlace place, int slot)
    {
        ReadOnlySpan<byte> head = access.UpTo(place.Offset, Math.Min(place.Length, FirstReadBytes));
        BlockHeader header = BlockDecoder.ReadHeader(head, identity, place);
        if (slot >= header.Entries)
        {
            return null;
        }

        RequirePayload(header);
        ChunkPlace chunk = BlockDecoder.FindChunk(head, header, slot);
        ReadOnlySpan<byte> stored = Part(ref access, head, place, chunk.Offset, chunk.Row.StoredBytes);
        DecodedBundle bundle = pool.Rent(
            identity.LedgerId,
            identity.FirstIndex + chunk.Row.FirstEntry,
            chunk.Entries,
            chunk.Row.RawBytes);
        try
        {
            BlockDecoder.DecodeChunk(chunk, stored, place, bundle.Buffer, bundle.Offsets);
            return bundle;
        }
        catch
        {
            bundle.Release();
            throw;
        }
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

    private static void RequirePayload(in BlockHeader header)
    {
        if (header.Payload != BlockPayload.Here)
        {
            throw new PayloadGoneException(header);
        }
    }

    /// <summary>A part of the block: of what was read already, if it is there.</summary>
    private static ReadOnlySpan<byte> Part(
        ref SegmentAccess access, ReadOnlySpan<byte> head, in BlockPlace place, int offset, int length) =>
        offset + length <= head.Length
            ? head.Slice(offset, length)
            : access.Bytes(place.Offset + offset, length);
}
