// The anchor: a file outside of the data directory that says what was signed last. Pure: spans to structs and back. Any
// thread.
//
//    0  64  header: magic "LSANCHOR", u32 version = 1, u32 0, store id 16 B, 28 zeros, u32 CRC-32C of bytes 0..59
//   64      records, each a multiple of 8:
//             0   4  length of the body; bit 31: everything in front of this record was durable when it was written
//             4   4  CRC-32C of {u64 offset of the record in the file, the 4 bytes above, body}
//             8   4  ledger id
//            12   8  size
//            20  32  root
//            52      the signed note, to the end of the body; then zeros to a multiple of 8
//
// The CRC of a record goes on from the CRC of the header: a record of another file or place is not taken for one of
// this. The newest record of a ledger counts. Records are only appended; a compacted file is written whole beside it
// and renamed. Records that are written together may be torn by a power cut in any of their sectors, and are ignored
// from the first torn one on; an invalid record is damage if a valid one behind it was written when it was durable.

using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>Header and records of an anchor.</summary>
internal static class AnchorFormat
{
    public const uint Version = 1;
    public const int HeaderBytes = 64;

    /// <summary>Far above any anchor there is: what a reader may have to hold.</summary>
    public const long FileBytesMax = 1L << 30;

    public const int Alignment = 8;
    private const int CrcOffset = HeaderBytes - sizeof(uint);
    private const int RecordHeaderBytes = 8;
    private const int DurableInFront = int.MinValue;
    private const int FixedBodyBytes = 4 + 8 + Hash256.Length;
    private const int BodyBytesMax = FixedBodyBytes + CheckpointRecord.NoteBytesMax;

    private static ReadOnlySpan<byte> Magic => "LSANCHOR"u8;

    /// <summary>Writes the header and returns its CRC, the start value of all others.</summary>
    public static uint EncodeHeader(UInt128 storeId, Span<byte> header)
    {
        header[..HeaderBytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt128LittleEndian(header[16..], storeId);
        uint crc = Crc32C.Compute(header[..CrcOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CrcOffset..], crc);
        return crc;
    }

    /// <summary>Reads the header: whose anchor it is.</summary>
    /// <exception cref="MalformedDataException">It is none.</exception>
    public static UInt128 DecodeHeader(ReadOnlySpan<byte> file, out uint headerCrc)
    {
        FormatCheck.That(file.Length >= HeaderBytes, "the file is shorter than its header", file.Length);
        FormatCheck.That(file[..8].SequenceEqual(Magic), "this is not an anchor", 0);
        headerCrc = Crc32C.Compute(file[..CrcOffset]);
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(file[CrcOffset..]);
        FormatCheck.That(stored == headerCrc, "the header is damaged", CrcOffset);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) == Version,
            "the format version is not 1; use a newer program",
            8);
        return BinaryPrimitives.ReadUInt128LittleEndian(file[16..]);
    }

    public static int RecordBytes(CheckpointRecord record) =>
        AlignUp(RecordHeaderBytes + FixedBodyBytes + record.Note.Length);

    /// <summary>Writes a whole record, padding included.</summary>
    /// <param name="offset">Of the record in the file.</param>
    /// <param name="isDurableInFront">All records in front of it are durable; false: they are written together.</param>
    public static void EncodeRecord(
        uint ledgerId,
        CheckpointRecord record,
        long offset,
        bool isDurableInFront,
        uint headerCrc,
        Span<byte> destination)
    {
        int bodyBytes = FixedBodyBytes + record.Note.Length;
        destination[..RecordBytes(record)].Clear();
        int word = isDurableInFront ? bodyBytes | DurableInFront : bodyBytes;
        BinaryPrimitives.WriteInt32LittleEndian(destination, word);
        RecordBodyWriter body = new(destination[RecordHeaderBytes..]);
        body.WriteU32(ledgerId);
        body.WriteI64(record.Size);
        body.WriteHash(record.Root);
        record.Note.CopyTo(body.Take(record.Note.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(
            destination[4..], RecordCrc(destination.Slice(RecordHeaderBytes, bodyBytes), word, offset, headerCrc));
    }

    /// <summary>Whether a valid record says that all in front of it was durable when it was written.</summary>
    public static bool IsDurableInFront(ReadOnlySpan<byte> file, int offset) =>
        BinaryPrimitives.ReadInt32LittleEndian(file[offset..]) < 0;

    /// <summary>Reads the record at an offset of the file.</summary>
    /// <returns>Its length in the file; 0 when there is no valid one.</returns>
    public static int TryDecodeRecord(
        ReadOnlySpan<byte> file, int offset, uint headerCrc, out uint ledgerId, out CheckpointRecord? record)
    {
        ledgerId = 0;
        record = null;
        ReadOnlySpan<byte> rest = file[offset..];
        if (rest.Length < RecordHeaderBytes + FixedBodyBytes)
        {
            return 0;
        }

        int word = BinaryPrimitives.ReadInt32LittleEndian(rest);
        int bodyBytes = word & ~DurableInFront;
        if (bodyBytes is < FixedBodyBytes or > BodyBytesMax || rest.Length < AlignUp(RecordHeaderBytes + bodyBytes))
        {
            return 0;
        }

        ReadOnlySpan<byte> body = rest.Slice(RecordHeaderBytes, bodyBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) != RecordCrc(body, word, offset, headerCrc))
        {
            return 0;
        }

        RecordBodyReader reader = new(body);
        ledgerId = reader.ReadU32();
        long size = reader.ReadI64();
        Hash256 root = reader.ReadHash();
        record = new CheckpointRecord(size, root, reader.Take(reader.BytesLeft).ToArray());
        return AlignUp(RecordHeaderBytes + bodyBytes);
    }

    private static uint RecordCrc(ReadOnlySpan<byte> body, int word, long offset, uint headerCrc)
    {
        Span<byte> place = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(place, offset);
        BinaryPrimitives.WriteInt32LittleEndian(place[8..], word);
        return Crc32C.Append(Crc32C.Append(headerCrc, place), body);
    }

    private static int AlignUp(int bytes) => (bytes + Alignment - 1) & -Alignment;
}
