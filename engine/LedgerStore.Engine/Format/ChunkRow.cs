// One row of a block's chunk table: an independently compressed part of the bundle. Pure: any thread.

using System.Buffers.Binary;

namespace LedgerStore.Engine.Format;

/// <summary>What a chunk holds and how it is stored.</summary>
/// <param name="Crc">CRC-32C of the bytes as stored.</param>
/// <remarks>
/// <code>
/// 0 u32 first entry   4 u32 raw bytes   8 u32 stored bytes, top bit: not compressed   12 u32 crc
/// </code>
/// </remarks>
internal readonly record struct ChunkRow(int FirstEntry, int RawBytes, int StoredBytes, bool IsRaw, uint Crc)
{
    private const uint RawBit = 0x8000_0000;

    public void Write(Span<byte> row)
    {
        BinaryPrimitives.WriteInt32LittleEndian(row, FirstEntry);
        BinaryPrimitives.WriteInt32LittleEndian(row[4..], RawBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(row[8..], (uint)StoredBytes | (IsRaw ? RawBit : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(row[12..], Crc);
    }

    public static ChunkRow Read(ReadOnlySpan<byte> row)
    {
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(row[8..]);
        return new ChunkRow(
            BinaryPrimitives.ReadInt32LittleEndian(row),
            BinaryPrimitives.ReadInt32LittleEndian(row[4..]),
            (int)(stored & ~RawBit),
            (stored & RawBit) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(row[12..]));
    }
}
