// One group commit in the journal. Pure: spans to structs and back. Any thread.
//
//   0   4  magic "LSFR"
//   4   2  version = 1
//   6   2  kind: 0 = batches, 1 = clean close, 2 = idle
//   8   8  nonce of the file
//  16   8  frame number: one more than the frame before it, through all files
//  24   8  last frame known durable when this one was sealed
//  32   8  frames up to this one are not needed any more: what they hold is safe in the ledgers' own files
//  40   4  body length
//  44   4  sections in the body
//  48   4  CRC-32C of the body
//  52   8  time of the last entry of the store, microseconds since 1970: the next one is never earlier
//  60   4  CRC-32C of bytes 0..59
//  64      body: sections, one after the other; then zeros to a multiple of 4,096
//
// A frame starts at a multiple of 4,096, so that writing the next one never touches a page that was acknowledged.
//
// An idle frame holds nothing and takes no part in the order: it stands, unsynced, where the next frame will be
// written, and says only that the frame before it is durable.
using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Format;

internal enum FrameKind : ushort
{
    Batches = 0,
    Close = 1,
    Idle = 2,
}

/// <summary>The header of a journal frame.</summary>
internal readonly record struct FrameHeader(
    ulong Nonce,
    long Number,
    long LastDurable,
    long FlushedThrough,
    int BodyBytes,
    int Sections,
    uint BodyCrc,
    long LastMicros,
    FrameKind Kind)
{
    public const int Bytes = 64;
    public const int Alignment = 4096;
    private const uint Magic = 0x5246_534C; // "LSFR"
    private const ushort Version = 1;

    // The end of the year 9999: a later time would be that of every entry from then on.
    private const long LastMicrosMax = 253_402_300_799_999_999;

    /// <summary>Bytes the frame takes in the file.</summary>
    public int StoredBytes => AlignUp(Bytes + BodyBytes);

    public static int AlignUp(int bytes) => (bytes + Alignment - 1) & -Alignment;

    public void Write(Span<byte> header)
    {
        header[..Bytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], Nonce);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], LastDurable);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], FlushedThrough);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], BodyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[44..], Sections);
        BinaryPrimitives.WriteUInt32LittleEndian(header[48..], BodyCrc);
        BinaryPrimitives.WriteInt64LittleEndian(header[52..], LastMicros);
        BinaryPrimitives.WriteUInt32LittleEndian(header[60..], Crc32C.Compute(header[..60]));
    }

    /// <summary>Reads a header of this file; false when these bytes are none. The body is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ulong nonce, out FrameHeader header)
    {
        header = default;
        if (bytes.Length < Bytes
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) != nonce
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]) != Crc32C.Compute(bytes[..60]))
        {
            return false;
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version != Version)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"a journal frame has format version {version}, this program knows {Version}; use a newer program");
        }

        header = new FrameHeader(
            nonce,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[44..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[52..]),
            (FrameKind)BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]));
        return header is { Number: > 0, BodyBytes: >= 0, Sections: >= 0, Kind: <= FrameKind.Idle }
            && header.LastMicros <= LastMicrosMax
            && header.BodyBytes <= int.MaxValue - Bytes - Alignment
            && header.LastDurable < header.Number
            && header.FlushedThrough <= header.LastDurable;
    }
}
