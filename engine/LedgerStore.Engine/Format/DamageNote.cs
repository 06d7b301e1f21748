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
using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Format;

/// <summary>A ledger that was found damaged: it stays read-only until an operator has repaired it.</summary>
internal readonly record struct DamageNote(UInt128 StoreId, uint LedgerId, long Size, long JournalFile)
{
    public const int Bytes = 64;
    private const uint Version = 1;

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
}
