// The file of a committed log: the catalog and every state.log. Pure: spans to structs and back. Any thread.
//
//      0  64  header: magic "LSCOMLOG", u32 version, u32 kind, store id 16 B, u32 owner, 24 zeros, u32 CRC-32C
//    512  28  commit slot A: u64 bytes, u64 records, u64 sequence, u32 CRC-32C     even sequences
//   1024  28  commit slot B: the same                                              odd sequences
//   1536      records: u32 body length, u32 CRC-32C, u16 type, u16 0, body, zeros to a multiple of 8
//
// Why the slots: with CRCs alone, a record that a power cut tore and a committed record that was damaged later look
// the same. The slot says how much of the file is committed: damage before that is damage, behind it a torn tail.
// Each slot lies in a sector of its own, and the newer one is never overwritten: a sector is written whole or not.
//
// Every CRC starts from the CRC of the header, so that a slot or a record of another file is not taken for one of
// this. A record's CRC covers its offset in the file, its length, its type and its body.

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Format;

/// <summary>What a committed log is used for.</summary>
internal enum CommittedLogKind
{
    Catalog = 1,
    State = 2,
    Keys = 3,
}

/// <summary>Which log a file is: the first thing compared when it is opened.</summary>
/// <param name="OwnerId">The ledger of a state.log; 0 for the catalog.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CommittedLogIdentity(CommittedLogKind Kind, UInt128 StoreId, uint OwnerId);

/// <summary>How much of the file is committed.</summary>
/// <param name="Bytes">Of the file, from its first byte.</param>
/// <param name="Records">In these bytes.</param>
/// <param name="Sequence">Counts the commits; the higher one of two slots is the newer.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CommitSlot(long Bytes, long Records, long Sequence);

/// <summary>Header, slots and records of a committed log.</summary>
internal static class CommittedLogFormat
{
    public const uint Version = 1;
    public const int HeaderBytes = 64;
    public const int SlotBytes = 28;
    public const int RecordsOffset = 1536;
    public const int RecordHeaderBytes = 12;

    /// <summary>Far above any record there is: what a reader's buffer may have to hold.</summary>
    public const int BodyBytesMax = 1024 * 1024;

    private const int SectorBytes = 512;
    private const int CrcOffset = HeaderBytes - sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "LSCOMLOG"u8;

    /// <summary>Where the slot of a commit lies: two commits after each other never use the same one.</summary>
    public static long SlotOffset(long sequence) => SectorBytes * (1 + (sequence & 1));

    public static int RecordBytes(int bodyBytes) => (RecordHeaderBytes + bodyBytes + 7) & -8;

    /// <summary>Writes the header and returns its CRC, the start value of all others.</summary>
    public static uint EncodeHeader(in CommittedLogIdentity identity, Span<byte> header)
    {
        header[..HeaderBytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)identity.Kind);
        BinaryPrimitives.WriteUInt128LittleEndian(header[16..], identity.StoreId);
        BinaryPrimitives.WriteUInt32LittleEndian(header[32..], identity.OwnerId);
        uint crc = Crc32C.Compute(header[..CrcOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CrcOffset..], crc);
        return crc;
    }

    /// <summary>Checks that this is the header of that log.</summary>
    /// <exception cref="LedgerStore.Proofs.MalformedDataException">It is not.</exception>
    public static void CheckHeader(ReadOnlySpan<byte> header, in CommittedLogIdentity expected)
    {
        FormatCheck.That(header.Length >= HeaderBytes, "the file is shorter than its header", header.Length);
        FormatCheck.That(header[..8].SequenceEqual(Magic), "this is not a committed log", 0);
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(header[CrcOffset..]);
        FormatCheck.That(crc == Crc32C.Compute(header[..CrcOffset]), "the header is damaged", CrcOffset);
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        FormatCheck.That(version == Version, "the format version is not 1; use a newer program", 8);

        Span<byte> own = stackalloc byte[HeaderBytes];
        EncodeHeader(expected, own);
        FormatCheck.That(
            header[..HeaderBytes].SequenceEqual(own), "the file belongs to another store, ledger or purpose", 12);
    }

    public static void EncodeSlot(in CommitSlot slot, uint headerCrc, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, slot.Bytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], slot.Records);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], slot.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(
            destination[24..], Crc32C.Append(headerCrc, destination[..24]));
    }

    /// <summary>Reads the slot at its place (0 or 1); false when it was torn, damaged or never written.</summary>
    public static bool TryDecodeSlot(ReadOnlySpan<byte> source, int place, uint headerCrc, out CommitSlot slot)
    {
        slot = new CommitSlot(
            BinaryPrimitives.ReadInt64LittleEndian(source),
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]));
        return BinaryPrimitives.ReadUInt32LittleEndian(source[24..]) == Crc32C.Append(headerCrc, source[..24])
            && slot.Bytes >= RecordsOffset && slot.Records >= 0 && slot.Sequence > 0 && (slot.Sequence & 1) == place;
    }

    /// <summary>Writes a whole record, padding included.</summary>
    /// <param name="offset">Of the record in the file.</param>
    public static void EncodeRecord(
        ushort type, ReadOnlySpan<byte> body, long offset, uint headerCrc, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, body.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[8..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[10..], 0);
        body.CopyTo(destination[RecordHeaderBytes..]);
        destination[(RecordHeaderBytes + body.Length)..RecordBytes(body.Length)].Clear();
        uint crc = RecordCrc(destination, body.Length, offset, headerCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], crc);
    }

    /// <summary>The body length that a record header claims; false when no record has such a length.</summary>
    public static bool TryReadBodyBytes(ReadOnlySpan<byte> recordHeader, out int bodyBytes)
    {
        bodyBytes = BinaryPrimitives.ReadInt32LittleEndian(recordHeader);
        return bodyBytes is >= 0 and <= BodyBytesMax;
    }

    /// <summary>Checks a whole record, padding included.</summary>
    public static bool TryDecodeRecord(
        ReadOnlySpan<byte> record, long offset, uint headerCrc, out ushort type, out ReadOnlySpan<byte> body)
    {
        int bodyBytes = BinaryPrimitives.ReadInt32LittleEndian(record);
        type = BinaryPrimitives.ReadUInt16LittleEndian(record[8..]);
        body = record.Slice(RecordHeaderBytes, bodyBytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) == RecordCrc(record, bodyBytes, offset, headerCrc)
            && BinaryPrimitives.ReadUInt16LittleEndian(record[10..]) == 0
            && !record[(RecordHeaderBytes + bodyBytes)..RecordBytes(bodyBytes)].ContainsAnyExcept((byte)0);
    }

    private static uint RecordCrc(ReadOnlySpan<byte> record, int bodyBytes, long offset, uint headerCrc)
    {
        Span<byte> place = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(place, offset);
        BinaryPrimitives.WriteInt32LittleEndian(place[8..], bodyBytes);
        uint crc = Crc32C.Append(headerCrc, place);
        return Crc32C.Append(crc, record.Slice(8, RecordHeaderBytes - 8 + bodyBytes));
    }
}
