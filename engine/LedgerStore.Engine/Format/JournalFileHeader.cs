// The first page of a journal file. Pure: spans to structs and back. Any thread.
//
//   0   8  magic "LSJOURN1"
//   8   4  version = 1
//  12   4  0
//  16  16  store id
//  32   8  file number: files are replayed in this order
//  40   8  nonce: random, new each time the file is used; every frame in it carries it
//  48   8  length of the file, which never changes: a shorter file was truncated
//  56   4  0
//  60   4  CRC-32C of bytes 0..59
//  64      zeros to the end of the page
//
// A recycled file still holds frames of its former life: their nonce is not this one, so they are not frames. And a
// record cannot forge a frame, because nobody who appends knows the nonce.
using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Format;

/// <summary>What the first page of a journal file says.</summary>
internal readonly record struct JournalFileHeader(UInt128 StoreId, long FileNumber, ulong Nonce, long FileBytes)
{
    public const int PageBytes = 4096;
    public const int Bytes = 64;
    public const uint Version = 1;

    private static ReadOnlySpan<byte> Magic => "LSJOURN1"u8;

    /// <summary>Writes a whole page.</summary>
    public void Write(Span<byte> page)
    {
        page[..PageBytes].Clear();
        Magic.CopyTo(page);
        BinaryPrimitives.WriteUInt32LittleEndian(page[8..], Version);
        BinaryPrimitives.WriteUInt128LittleEndian(page[16..], StoreId);
        BinaryPrimitives.WriteInt64LittleEndian(page[32..], FileNumber);
        BinaryPrimitives.WriteUInt64LittleEndian(page[40..], Nonce);
        BinaryPrimitives.WriteInt64LittleEndian(page[48..], FileBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(page[60..], Crc32C.Compute(page[..60]));
    }

    /// <summary>Reads a header; false when these bytes are none.</summary>
    /// <exception cref="StoreException">A later version wrote it.</exception>
    public static bool TryRead(ReadOnlySpan<byte> page, out JournalFileHeader header)
    {
        header = default;
        if (page.Length < Bytes
            || !page[..8].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(page[60..]) != Crc32C.Compute(page[..60]))
        {
            return false;
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(page[8..]);
        if (version != Version)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"a journal file has format version {version}, this program knows {Version}; use a newer program");
        }

        header = new JournalFileHeader(
            BinaryPrimitives.ReadUInt128LittleEndian(page[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(page[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[48..]));
        return header.FileNumber > 0;
    }
}
