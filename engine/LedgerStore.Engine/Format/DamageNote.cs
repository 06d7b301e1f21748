// What recovery writes down about a ledger whose files do not fit the journal, before the journal goes on without it.
// Pure: spans to structs and back. Any thread.
//
//   0   8  magic "LSDAMAGE"
//   8   4  version = 1
//  12   4  ledger id
//  16  16  store id
//  32   8  entries that were acknowledged: some of them are in no file of the ledger
//  40   8  journal files up to this number hold them; they are kept in quarantine
//  48  12  0
//  60   4  CRC-32C of bytes 0..59
//
// Behind it, if a checkpoint of the ledger is known (programs that know of none read the note without it):
//
//  64   4  length of the record
//  68   4  CRC-32C of bytes 0..67 and of the record
//  72      the newest checkpoint, as in the record CHECKPOINT of state.log
using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>A ledger that was found damaged: it stays read-only until an operator has repaired it.</summary>
internal readonly record struct DamageNote(UInt128 StoreId, uint LedgerId, long Size, long JournalFile)
{
    public const int Bytes = 64;
    private const int PrefixBytes = 8;
    private const int RecordBytesMax = sizeof(long) + Hash256.Length + CheckpointRecord.NoteBytesMax;
    private const uint Version = 1;

    public static int BytesMax => Bytes + PrefixBytes + RecordBytesMax;

    private static ReadOnlySpan<byte> Magic => "LSDAMAGE"u8;

    public void Write(Span<byte> note)
    {
        note[..Bytes].Clear();
        Magic.CopyTo(note);
        BinaryPrimitives.WriteUInt32LittleEndian(note[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(note[12..], LedgerId);
        BinaryPrimitives.WriteUInt128LittleEndian(note[16..], StoreId);
        BinaryPrimitives.WriteInt64LittleEndian(note[32..], Size);
        BinaryPrimitives.WriteInt64LittleEndian(note[40..], JournalFile);
        BinaryPrimitives.WriteUInt32LittleEndian(note[60..], Crc32C.Compute(note[..60]));
    }

    /// <summary>Reads a note; false when these bytes are none of this version.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DamageNote note)
    {
        note = default;
        if (bytes.Length != Bytes
            || !bytes[..8].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]) != Crc32C.Compute(bytes[..60]))
        {
            return false;
        }

        note = new DamageNote(
            BinaryPrimitives.ReadUInt128LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]));
        return true;
    }

    public static int CheckpointBytes(CheckpointRecord newest) => PrefixBytes + newest.Encode().Length;

    /// <summary>Writes what comes behind a note.</summary>
    /// <param name="whole">The file, note included.</param>
    public static void WriteCheckpoint(CheckpointRecord newest, Span<byte> whole)
    {
        byte[] record = newest.Encode();
        Span<byte> to = whole[Bytes..];
        BinaryPrimitives.WriteInt32LittleEndian(to, record.Length);
        record.CopyTo(to[PrefixBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], CrcOf(whole[..(Bytes + PrefixBytes + record.Length)]));
    }

    /// <summary>Reads what comes behind a note.</summary>
    /// <param name="whole">The file, note included.</param>
    /// <returns>Null when there is no sound checkpoint.</returns>
    public static CheckpointRecord? TryReadCheckpoint(ReadOnlySpan<byte> whole)
    {
        if (whole.Length < Bytes + PrefixBytes)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(whole[Bytes..]);
        if (length < sizeof(long) + Hash256.Length || length > whole.Length - Bytes - PrefixBytes)
        {
            return null;
        }

        ReadOnlySpan<byte> sound = whole[..(Bytes + PrefixBytes + length)];
        return BinaryPrimitives.ReadUInt32LittleEndian(sound[(Bytes + 4)..]) == CrcOf(sound)
            ? CheckpointRecord.Decode(sound[(Bytes + PrefixBytes)..])
            : null;
    }

    // Of everything but the sum itself: a checkpoint belongs to its note.
    private static uint CrcOf(ReadOnlySpan<byte> whole) =>
        Crc32C.Append(Crc32C.Compute(whole[..(Bytes + 4)]), whole[(Bytes + PrefixBytes)..]);
}
