// The sections of a frame's body. Pure: spans to structs and back. Any thread.
//
// Append (type 1): one batch of one ledger         Checkpoint (type 2): one published signed note of one ledger
//   0   1  type = 1                                  0   1  type = 2
//   1   1  flags: 1 = has a producer                 1   1  0
//   2   2  0                                         2   2  0
//   4   4  ledger id                                 4   4  ledger id
//   8   8  first index                               8   8  size
//  16   4  entries                                  16   4  0
//  20   4  bytes of the entries                     20   4  bytes of the note
//  24   8  first sequence, 0 without a producer     24   8  0
//  32   8  time received, unix microseconds         32  32  0
//  40  16  fingerprint of the batch
//  56   8  0
//  64      entries in bundle encoding               64      the note
//          zeros to a multiple of 8                         zeros to a multiple of 8
//
// Who appended (identity, producer) is inside the entries. The frame's CRC covers everything.
using System.Buffers.Binary;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

internal enum SectionType : byte
{
    Append = 1,
    Checkpoint = 2,
}

/// <summary>The header of a section; the fields of the other type are zero.</summary>
internal readonly record struct SectionHeader(
    SectionType Type,
    bool HasProducer,
    uint LedgerId,
    long FirstIndex,
    int Count,
    int ContentBytes,
    long FirstSequence,
    long ReceivedMicros,
    UInt128 Fingerprint,
    Hash256 Root = default)
{
    public const int Bytes = 64;
    private const int Alignment = 8;
    private const int RootOffset = 32;

    /// <summary>Bytes from this section's start to the next one's.</summary>
    public int StoredBytes => StoredBytesOf(ContentBytes);

    /// <summary>The header of a checkpoint's section.</summary>
    public static SectionHeader Checkpoint(uint ledgerId, long size, in Hash256 root, int noteBytes) =>
        new(SectionType.Checkpoint, false, ledgerId, size, 0, noteBytes, 0, 0, 0, root);

    public static int StoredBytesOf(int contentBytes) => Bytes + ((contentBytes + Alignment - 1) & -Alignment);

    public void Write(Span<byte> section)
    {
        section[..Bytes].Clear();
        section[0] = (byte)Type;
        section[1] = HasProducer ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(section[4..], LedgerId);
        BinaryPrimitives.WriteInt64LittleEndian(section[8..], FirstIndex);
        BinaryPrimitives.WriteInt32LittleEndian(section[16..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(section[20..], ContentBytes);
        if (Type == SectionType.Checkpoint)
        {
            Hash256 root = Root;
            Hash256.BytesOf(ref root).CopyTo(section[RootOffset..]);
            return;
        }

        BinaryPrimitives.WriteInt64LittleEndian(section[24..], FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(section[32..], ReceivedMicros);
        BinaryPrimitives.WriteUInt128LittleEndian(section[40..], Fingerprint);
    }

    /// <summary>Reads a header from inside a body whose CRC was right; false when it does not fit the body.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out SectionHeader header)
    {
        header = default;
        if (body.Length < Bytes || body[0] is not ((byte)SectionType.Append or (byte)SectionType.Checkpoint))
        {
            return false;
        }

        if (body[0] == (byte)SectionType.Checkpoint)
        {
            header = Checkpoint(
                BinaryPrimitives.ReadUInt32LittleEndian(body[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
                new Hash256(body.Slice(RootOffset, Hash256.Length)),
                BinaryPrimitives.ReadInt32LittleEndian(body[20..]));
            return header.Fits(body);
        }

        header = new SectionHeader(
            (SectionType)body[0],
            body[1] != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(body[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(body[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(body[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[32..]),
            BinaryPrimitives.ReadUInt128LittleEndian(body[40..]));
        return header.Fits(body);
    }

    private bool Fits(ReadOnlySpan<byte> body) =>
        this is { FirstIndex: >= 0, Count: >= 0, ContentBytes: >= 0 }
        && ContentBytes <= body.Length - Bytes
        && StoredBytes <= body.Length;
}
