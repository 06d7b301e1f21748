// Where one block of a segment is, and what it holds: 40 bytes in the directory. Pure: any thread.

using System.Buffers.Binary;

namespace LedgerStore.Engine.Format;

/// <summary>One row of a segment's directory.</summary>
/// <param name="StoredBytes">The whole block, from its header to its padding.</param>
/// <param name="RawBytes">The bundle that it decodes to; 0 when the payload expired.</param>
/// <remarks>
/// <code>
/// 0 u64 offset   8 u32 stored bytes   12 u32 raw bytes   16 i64 first micros   24 i64 last micros
/// 32 u32 entries   36 u32 0
/// </code>
/// </remarks>
internal readonly record struct DirectoryRow(
    long Offset,
    int StoredBytes,
    int RawBytes,
    long FirstMicros,
    long LastMicros,
    int Entries)
{
    public void Write(Span<byte> row)
    {
        BinaryPrimitives.WriteInt64LittleEndian(row, Offset);
        BinaryPrimitives.WriteInt32LittleEndian(row[8..], StoredBytes);
        BinaryPrimitives.WriteInt32LittleEndian(row[12..], RawBytes);
        BinaryPrimitives.WriteInt64LittleEndian(row[16..], FirstMicros);
        BinaryPrimitives.WriteInt64LittleEndian(row[24..], LastMicros);
        BinaryPrimitives.WriteInt32LittleEndian(row[32..], Entries);
        BinaryPrimitives.WriteInt32LittleEndian(row[36..], 0);
    }

    /// <summary>Reads a row of a directory whose CRC is right; <see cref="Check"/> says if it can be true.</summary>
    public static DirectoryRow Read(ReadOnlySpan<byte> row) => new(
        BinaryPrimitives.ReadInt64LittleEndian(row),
        BinaryPrimitives.ReadInt32LittleEndian(row[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(row[12..]),
        BinaryPrimitives.ReadInt64LittleEndian(row[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(row[24..]),
        BinaryPrimitives.ReadInt32LittleEndian(row[32..]));

    /// <summary>Refuses a row of a complete segment that cannot be true.</summary>
    /// <param name="end">Where the blocks end in the file.</param>
    public void Check(long end)
    {
        FormatCheck.That(
            Offset >= SegmentFormat.HeaderBytes && Offset % BlockFormat.Alignment == 0 && Offset < end,
            "a directory row points outside of the blocks",
            0);
        FormatCheck.That(
            StoredBytes is > BlockFormat.HeaderBytes and <= BlockFormat.BlockBytesMax
                && StoredBytes % BlockFormat.Alignment == 0
                && StoredBytes <= end - Offset,
            "a directory row has an impossible block length",
            8);
        FormatCheck.That(Entries == StoreLimits.EntriesPerBundle, "a directory row is not of a full bundle", 32);
        FormatCheck.That(
            RawBytes == 0 || BlockFormat.IsPossibleRawLength(RawBytes, Entries),
            "a directory row has an impossible bundle length",
            12);
        FormatCheck.That(FirstMicros <= LastMicros, "a directory row ends before it begins", 16);
    }
}
