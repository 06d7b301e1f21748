// Reads a block: header, then the chunks or the tile that are wanted. Every number is checked before it is used, so
// that damaged bytes cannot make it read, write or allocate out of bounds. Stateless: any thread.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>Decodes blocks. A failure is a <see cref="BlockDamagedException"/> with file and offset.</summary>
internal static class BlockDecoder
{
    /// <summary>Reads and checks the header and the chunk table, and that it is the block that was asked for.</summary>
    /// <param name="bytes">From the block's start: at least header and chunk table, or all that the file has.</param>
    public static BlockHeader ReadHeader(ReadOnlySpan<byte> bytes, in BlockIdentity expected, in BlockPlace place)
    {
        BlockHeader header;
        try
        {
            header = BlockHeader.Read(bytes);
        }
        catch (MalformedDataException cause)
        {
            throw Damaged(place, cause);
        }

        if (header.Identity != expected)
        {
            throw new BlockDamagedException(
                place.File,
                place.Offset,
                $"here is the block of {header.Identity}, expected {expected}");
        }

        if (place.Length != 0 && header.BlockBytes != place.Length)
        {
            throw new BlockDamagedException(
                place.File,
                place.Offset,
                $"the block has {header.BlockBytes} bytes, the directory says {place.Length}");
        }

        return header;
    }

    /// <summary>Decodes the whole bundle and finds its entries.</summary>
    /// <param name="block">The block; its header was read by <see cref="ReadHeader"/>.</param>
    /// <param name="bundle">Exactly <see cref="BlockHeader.RawBytes"/>.</param>
    /// <param name="offsets">One more than the block has entries.</param>
    public static void Decode(
        ReadOnlySpan<byte> block, in BlockHeader header, in BlockPlace place, Span<byte> bundle, Span<int> offsets)
    {
        CheckLength(block.Length, header, place);
        if (header.Payload != BlockPayload.Here)
        {
            throw new BlockDamagedException(place.File, place.Offset, "the block has no payload here");
        }

        int stored = header.HeadBytes;
        int raw = 0;
        for (int i = 0; i < header.Chunks; i++)
        {
            ChunkRow row = BlockHeader.Chunk(block, i);
            DecodeChunkAt(row, block.Slice(stored, row.StoredBytes), place, stored, bundle.Slice(raw, row.RawBytes));
            stored += row.StoredBytes;
            raw += row.RawBytes;
        }

        Index(bundle, offsets, place);
        CheckCuts(block, header, place, offsets);
    }

    /// <summary>Finds the chunk that holds an entry.</summary>
    /// <param name="head">At least header and chunk table.</param>
    public static ChunkPlace FindChunk(ReadOnlySpan<byte> head, in BlockHeader header, int entry)
    {
        Invariant.That((uint)entry < (uint)header.Entries, "the entry is in the block");
        int offset = header.HeadBytes;
        for (int i = 0; ; i++)
        {
            ChunkRow row = BlockHeader.Chunk(head, i);
            int end = i + 1 < header.Chunks ? BlockHeader.Chunk(head, i + 1).FirstEntry : header.Entries;
            if (entry < end)
            {
                return new ChunkPlace(row, end - row.FirstEntry, offset);
            }

            offset += row.StoredBytes;
        }
    }

    /// <summary>Decodes one chunk and finds its entries.</summary>
    /// <param name="stored">The chunk's bytes as stored.</param>
    /// <param name="raw">Exactly the chunk's raw bytes.</param>
    /// <param name="offsets">One more than the chunk has entries.</param>
    public static void DecodeChunk(
        in ChunkPlace chunk, ReadOnlySpan<byte> stored, in BlockPlace place, Span<byte> raw, Span<int> offsets)
    {
        DecodeChunkAt(chunk.Row, stored, place, chunk.Offset, raw);
        Index(raw, offsets, place);
    }

    /// <summary>Checks the tile and copies it: one leaf hash for each entry.</summary>
    public static void ReadTile(
        ReadOnlySpan<byte> tile, in BlockHeader header, in BlockPlace place, Span<Hash256> leaves)
    {
        Invariant.That(tile.Length == header.TileBytes, "the tile is as long as the header says");
        if (Crc32C.Compute(tile) != header.TileCrc)
        {
            throw new BlockDamagedException(
                place.File,
                place.Offset + header.TileOffset,
                "the checksum of a block's tile is wrong");
        }

        Hash256.Many(tile).CopyTo(leaves);
    }

    /// <summary>Checks every checksum of a block without decoding it: what copying it needs.</summary>
    public static void CheckStored(ReadOnlySpan<byte> block, in BlockHeader header, in BlockPlace place)
    {
        CheckLength(block.Length, header, place);
        int offset = header.HeadBytes;
        for (int i = 0; header.Payload == BlockPayload.Here && i < header.Chunks; i++)
        {
            ChunkRow row = BlockHeader.Chunk(block, i);
            CheckCrc(row, block.Slice(offset, row.StoredBytes), place, offset);
            offset += row.StoredBytes;
        }

        if (Crc32C.Compute(block.Slice(header.TileOffset, header.TileBytes)) != header.TileCrc)
        {
            throw new BlockDamagedException(
                place.File,
                place.Offset + header.TileOffset,
                "the checksum of a block's tile is wrong");
        }
    }

    private static void DecodeChunkAt(
        in ChunkRow row, ReadOnlySpan<byte> stored, in BlockPlace place, int offset, Span<byte> raw)
    {
        CheckCrc(row, stored, place, offset);
        if (row.IsRaw)
        {
            stored.CopyTo(raw);
        }
        else if (!Lz4.TryDecompress(stored, raw))
        {
            throw new BlockDamagedException(place.File, place.Offset + offset, "a chunk does not decompress");
        }
    }

    private static void CheckCrc(in ChunkRow row, ReadOnlySpan<byte> stored, in BlockPlace place, int offset)
    {
        if (Crc32C.Compute(stored) != row.Crc)
        {
            throw new BlockDamagedException(
                place.File,
                place.Offset + offset,
                "the checksum of a chunk is wrong");
        }
    }

    private static void CheckLength(int length, in BlockHeader header, in BlockPlace place)
    {
        if (length < header.BlockBytes)
        {
            throw new BlockDamagedException(place.File, place.Offset + length, "the file ends inside of a block");
        }
    }

    private static void Index(ReadOnlySpan<byte> raw, Span<int> offsets, in BlockPlace place)
    {
        try
        {
            BundleFormat.Index(raw, offsets);
        }
        catch (MalformedDataException cause)
        {
            throw new BlockDamagedException(place.File, place.Offset, cause.What, cause);
        }
    }

    /// <summary>Chunks are cut where entries end: else reading one entry would find another than reading all.</summary>
    private static void CheckCuts(
        ReadOnlySpan<byte> block, in BlockHeader header, in BlockPlace place, ReadOnlySpan<int> offsets)
    {
        int raw = 0;
        for (int i = 0; i < header.Chunks; i++)
        {
            ChunkRow row = BlockHeader.Chunk(block, i);
            if (offsets[row.FirstEntry] != raw)
            {
                throw new BlockDamagedException(place.File, place.Offset, "a chunk starts inside of an entry");
            }

            raw += row.RawBytes;
        }
    }

    private static BlockDamagedException Damaged(in BlockPlace place, MalformedDataException cause) =>
        new(place.File, place.Offset + cause.Offset, cause.What, cause);
}
