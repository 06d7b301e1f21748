// The first 64 bytes of a block, and the check of the chunk table behind them. Pure: any thread.

using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>The header of a block. One that was read has possible numbers in every field.</summary>
/// <param name="Entries">1 to 256; fewer than 256 is a partial block.</param>
/// <param name="RawBytes">The bundle that the chunks decode to; 0 when the payload expired.</param>
/// <param name="StoredBytes">All chunks as stored, here or elsewhere; 0 when the payload expired.</param>
/// <remarks>
/// <code>
/// 0  u32 magic "LSBK"   4 u16 version   6 u16 flags   8 u64 segment   16 u32 ledger id
/// 20 u16 bundle   22 u16 entries   24 u32 raw bytes   28 u32 stored bytes   32 i64 first micros   40 i64 last micros
/// 48 u32 chunks   52 u32 crc of the tile   56 u32 0   60 u32 crc of the 60 bytes before and of the chunk table
/// </code>
/// Flags: 1 = partial, 2 = the payload expired, 4 = the payload is elsewhere.
/// </remarks>
internal readonly record struct BlockHeader(
    BlockIdentity Identity,
    int Entries,
    int RawBytes,
    int StoredBytes,
    long FirstMicros,
    long LastMicros,
    int Chunks,
    uint TileCrc,
    BlockPayload Payload = BlockPayload.Here)
{
    private const int CrcOffset = 60;
    private const ushort PartialFlag = 1;
    private const ushort ExpiredFlag = 2;
    private const ushort ElsewhereFlag = 4;

    public bool IsPartial => Entries < StoreLimits.EntriesPerBundle;

    /// <summary>Header and chunk table.</summary>
    public int HeadBytes => BlockFormat.HeaderBytes + (Chunks * BlockFormat.ChunkRowBytes);

    public int TileOffset => HeadBytes + StoredHere;

    public int TileBytes => Entries * Hash256.Length;

    /// <summary>The whole block in this file, with its padding.</summary>
    public int BlockBytes => BlockFormat.BlockBytes(Chunks, StoredHere, Entries);

    /// <summary>The whole block in the file that has its payload.</summary>
    public int FullBlockBytes => BlockFormat.BlockBytes(Chunks, StoredBytes, Entries);

    private int StoredHere => Payload == BlockPayload.Here ? StoredBytes : 0;

    private ushort Flags => (ushort)((IsPartial ? PartialFlag : 0) | Payload switch
    {
        BlockPayload.Expired => ExpiredFlag,
        BlockPayload.Elsewhere => ElsewhereFlag,
        _ => 0,
    });

    /// <summary>The directory's row of the block.</summary>
    public DirectoryRow ToRow(long offset) => new(offset, BlockBytes, RawBytes, FirstMicros, LastMicros, Entries);

    /// <summary>Writes the header before a chunk table that is complete: its checksum covers both.</summary>
    public void Write(Span<byte> block)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, BlockFormat.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(block[4..], BlockFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(block[6..], Flags);
        BinaryPrimitives.WriteInt64LittleEndian(block[8..], Identity.Segment);
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], Identity.LedgerId);
        BinaryPrimitives.WriteUInt16LittleEndian(block[20..], (ushort)Identity.Bundle);
        BinaryPrimitives.WriteUInt16LittleEndian(block[22..], (ushort)Entries);
        BinaryPrimitives.WriteInt32LittleEndian(block[24..], RawBytes);
        BinaryPrimitives.WriteInt32LittleEndian(block[28..], StoredBytes);
        BinaryPrimitives.WriteInt64LittleEndian(block[32..], FirstMicros);
        BinaryPrimitives.WriteInt64LittleEndian(block[40..], LastMicros);
        BinaryPrimitives.WriteInt32LittleEndian(block[48..], Chunks);
        BinaryPrimitives.WriteUInt32LittleEndian(block[52..], TileCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(block[56..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(block[CrcOffset..], HeadCrc(block[..HeadBytes]));
    }

    /// <summary>Reads the header and checks it and the chunk table.</summary>
    /// <param name="bytes">From the block's start: at least header and chunk table, or all the file has.</param>
    /// <exception cref="MalformedDataException">Something is damaged or impossible.</exception>
    public static BlockHeader Read(ReadOnlySpan<byte> bytes)
    {
        FormatCheck.That(bytes.Length >= BlockFormat.HeaderBytes, "the file ends inside of a block header", 0);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes) == BlockFormat.Magic,
            "not the header of a block",
            0);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) == BlockFormat.Version,
            "a version of blocks that this program does not know",
            4);

        // Bounded before the checksum is computed, because it says how far the checksum reaches.
        int chunks = BinaryPrimitives.ReadInt32LittleEndian(bytes[48..]);
        FormatCheck.That(chunks is >= 0 and <= StoreLimits.EntriesPerBundle, "an impossible number of chunks", 48);
        int headBytes = BlockFormat.HeaderBytes + (chunks * BlockFormat.ChunkRowBytes);
        FormatCheck.That(bytes.Length >= headBytes, "the file ends inside of a chunk table", 48);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcOffset..]) == HeadCrc(bytes[..headBytes]),
            "the checksum of a block header is wrong",
            CrcOffset);

        BlockHeader header = Decode(bytes, chunks);
        header.CheckFields(bytes);
        header.CheckChunks(bytes[BlockFormat.HeaderBytes..headBytes]);
        return header;
    }

    /// <summary>A row of the chunk table of a block whose header was read.</summary>
    public static ChunkRow Chunk(ReadOnlySpan<byte> block, int chunk) =>
        ChunkRow.Read(block[(BlockFormat.HeaderBytes + (chunk * BlockFormat.ChunkRowBytes))..]);

    private static BlockHeader Decode(ReadOnlySpan<byte> bytes, int chunks) => new(
        new BlockIdentity(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..])),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[22..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
        chunks,
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[52..]),
        (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) & (ExpiredFlag | ElsewhereFlag)) switch
        {
            ExpiredFlag => BlockPayload.Expired,
            ElsewhereFlag => BlockPayload.Elsewhere,
            _ => BlockPayload.Here,
        });

    private void CheckFields(ReadOnlySpan<byte> bytes)
    {
        FormatCheck.That(Identity.Segment >= 0, "an impossible segment number", 8);
        FormatCheck.That(Identity.Bundle < StoreLimits.BundlesPerSegment, "an impossible bundle number", 20);
        FormatCheck.That(Entries is >= 1 and <= StoreLimits.EntriesPerBundle, "an impossible number of entries", 22);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) == Flags,
            "the flags of a block contradict each other or its number of entries",
            6);
        FormatCheck.That(Payload == BlockPayload.Here || !IsPartial, "a partial block without its payload", 6);
        bool isExpired = Payload == BlockPayload.Expired;
        FormatCheck.That(
            isExpired ? RawBytes == 0 : BlockFormat.IsPossibleRawLength(RawBytes, Entries),
            "an impossible bundle length",
            24);
        FormatCheck.That(
            isExpired ? StoredBytes == 0 : StoredBytes >= 1 && StoredBytes <= RawBytes,
            "an impossible stored length",
            28);
        FormatCheck.That((Chunks == 0) == isExpired, "an impossible number of chunks", 48);
        FormatCheck.That(FirstMicros <= LastMicros, "the block ends before it begins", 32);
        FormatCheck.That(Chunks <= Entries, "more chunks than entries", 48);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[56..]) == 0,
            "reserved bytes of a block header are not zero",
            56);
    }

    private void CheckChunks(ReadOnlySpan<byte> table)
    {
        int rawBytes = 0;
        int storedBytes = 0;
        for (int i = 0; i < Chunks; i++)
        {
            int at = i * BlockFormat.ChunkRowBytes;
            int offset = BlockFormat.HeaderBytes + at;
            ChunkRow row = ChunkRow.Read(table[at..]);
            int nextEntry = i + 1 < Chunks
                ? ChunkRow.Read(table[(at + BlockFormat.ChunkRowBytes)..]).FirstEntry
                : Entries;
            FormatCheck.That(i > 0 || row.FirstEntry == 0, "the first chunk starts behind the first entry", offset);
            FormatCheck.That(
                nextEntry > row.FirstEntry && nextEntry <= Entries,
                "the entries of a chunk do not follow those of the one before",
                offset);
            FormatCheck.That(
                row.RawBytes <= StoreLimits.ChunkBytesMax
                    && BlockFormat.IsPossibleRawLength(row.RawBytes, nextEntry - row.FirstEntry),
                "a chunk of an impossible length",
                offset);
            FormatCheck.That(
                row.IsRaw ? row.StoredBytes == row.RawBytes : row.StoredBytes >= 1 && row.StoredBytes < row.RawBytes,
                "a chunk of an impossible stored length",
                offset);

            // At most 256 chunks of 256 KiB: no overflow.
            rawBytes += row.RawBytes;
            storedBytes += row.StoredBytes;
        }

        FormatCheck.That(
            rawBytes == RawBytes && storedBytes == StoredBytes,
            "the chunks do not add up to the block",
            BlockFormat.HeaderBytes);
    }

    private static uint HeadCrc(ReadOnlySpan<byte> head) =>
        Crc32C.Append(Crc32C.Compute(head[..CrcOffset]), head[BlockFormat.HeaderBytes..]);
}
