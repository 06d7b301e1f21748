// What the store signs of an index: the payload of entry s of the ledger that has the statements of one spec is about
// segment s. So it needs no proof which statement is the one in force: its position says it.
//
//   facts of the segment, magic LSIDXST1 | u16 bytes of the origin | origin, UTF-8          nothing behind it
//
// Immutable, pure codec: any thread.

using System.Buffers.Binary;
using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Fields;

/// <summary>A statement.</summary>
/// <param name="Origin">The ledger that the segment is of.</param>
internal sealed record IndexStatement(string Origin, SegmentFacts Facts)
{
    private const int OriginBytesMax = 255;

    /// <summary>The content type of its entry.</summary>
    public static ReadOnlySpan<byte> ContentType => "application/x-ledgerstore-index"u8;

    /// <summary>The producer that counts the statements: that of segment s has the sequence s + 1, and is there once.
    /// </summary>
    public static ReadOnlySpan<byte> Producer => "index"u8;

    private static ReadOnlySpan<byte> Magic => "LSIDXST1"u8;

    /// <summary>The statement about an index that was built.</summary>
    public static byte[] Of(string origin, ReadOnlySpan<byte> file) =>
        new IndexStatement(origin, SegmentFacts.Read(IndexFile.Magic, file)).Write();

    public byte[] Write()
    {
        int facts = Facts.Bytes;
        byte[] origin = Encoding.UTF8.GetBytes(Origin);
        byte[] bytes = new byte[facts + sizeof(ushort) + origin.Length];
        Facts.Write(Magic, bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(facts), (ushort)origin.Length);
        origin.CopyTo(bytes, facts + sizeof(ushort));
        return bytes;
    }

    /// <summary>Reads the payload of an entry.</summary>
    /// <exception cref="MalformedDataException">What is wrong, and where.</exception>
    public static IndexStatement Read(ReadOnlySpan<byte> bytes)
    {
        SegmentFacts facts = SegmentFacts.Read(Magic, bytes);
        ReadOnlySpan<byte> rest = bytes[facts.Bytes..];
        int length = rest.Length < sizeof(ushort) ? -1 : BinaryPrimitives.ReadUInt16LittleEndian(rest);
        return length is > 0 and <= OriginBytesMax && rest.Length == sizeof(ushort) + length
            ? new IndexStatement(Encoding.UTF8.GetString(rest[sizeof(ushort)..]), facts)
            : throw new MalformedDataException("a statement of an index does not end with an origin", facts.Bytes);
    }
}
