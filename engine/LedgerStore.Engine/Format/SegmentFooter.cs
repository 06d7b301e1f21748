// The last 128 bytes of a complete segment file. Pure: any thread.

using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>The footer of a complete segment: who it is, its root, and the checksums of what precedes it.</summary>
/// <remarks>
/// <code>
/// 0   u64 magic "LSSEGEND"   8 u32 version   12 u32 ledger id   16 u128 store id
/// 32  u64 segment   40 u32 generation   44 u32 entries (65,536)
/// 48  32 B segment root
/// 80  i64 first micros   88 i64 last micros   96 u32 crc of the level-1 tile   100 u32 crc of the directory
/// 104 u64 offset of the directory   112 u64 file length   120 u32 0   124 u32 crc of the 124 before
/// </code>
/// </remarks>
internal readonly record struct SegmentFooter(
    SegmentIdentity Identity,
    Hash256 Root,
    long FirstMicros,
    long LastMicros,
    uint TileCrc,
    uint DirectoryCrc,
    long FileLength)
{
    private const int CrcOffset = 124;

    public long DirectoryOffset => FileLength - SegmentFormat.FooterBytes - SegmentFormat.DirectoryBytes;

    /// <summary>Where the level-1 tile starts, and the blocks end.</summary>
    public long TileOffset => FileLength - SegmentFormat.TrailerBytes;

    public void Write(Span<byte> footer)
    {
        footer = footer[..SegmentFormat.FooterBytes];
        footer.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(footer, SegmentFormat.FooterMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[8..], SegmentFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[12..], Identity.LedgerId);
        BinaryPrimitives.WriteUInt128LittleEndian(footer[16..], Identity.StoreId);
        BinaryPrimitives.WriteInt64LittleEndian(footer[32..], Identity.Segment);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[40..], Identity.Generation);
        BinaryPrimitives.WriteInt32LittleEndian(footer[44..], StoreLimits.EntriesPerSegment);
        Root.CopyTo(footer[48..]);
        BinaryPrimitives.WriteInt64LittleEndian(footer[80..], FirstMicros);
        BinaryPrimitives.WriteInt64LittleEndian(footer[88..], LastMicros);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[96..], TileCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[100..], DirectoryCrc);
        BinaryPrimitives.WriteInt64LittleEndian(footer[104..], DirectoryOffset);
        BinaryPrimitives.WriteInt64LittleEndian(footer[112..], FileLength);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[CrcOffset..], Crc32C.Compute(footer[..CrcOffset]));
    }

    /// <summary>Reads and checks it against the file that it ends.</summary>
    /// <exception cref="MalformedDataException">Damaged, of another version, of another segment or file.</exception>
    public static SegmentFooter Read(ReadOnlySpan<byte> footer, in SegmentIdentity expected, long fileLength)
    {
        FormatCheck.That(footer.Length == SegmentFormat.FooterBytes, "the file ends inside of its footer", 0);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt64LittleEndian(footer) == SegmentFormat.FooterMagic,
            "the file does not end with a segment footer",
            0);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(footer[CrcOffset..]) == Crc32C.Compute(footer[..CrcOffset]),
            "the segment footer's checksum is wrong",
            CrcOffset);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(footer[8..]) == SegmentFormat.Version,
            "a version of segment files that this program does not know",
            8);
        SegmentFooter read = Decode(footer);
        if (read.Identity != expected)
        {
            throw new MalformedDataException($"the footer is of {read.Identity}, expected {expected}", 8);
        }

        FormatCheck.That(read.FileLength == fileLength, "the footer is of a file of another length", 112);
        FormatCheck.That(
            fileLength >= SegmentFormat.HeaderBytes + SegmentFormat.TrailerBytes
                && BinaryPrimitives.ReadInt64LittleEndian(footer[104..]) == read.DirectoryOffset,
            "the footer's directory is in the wrong place",
            104);
        FormatCheck.That(
            BinaryPrimitives.ReadInt32LittleEndian(footer[44..]) == StoreLimits.EntriesPerSegment,
            "the footer is of an incomplete segment",
            44);
        FormatCheck.That(read.FirstMicros <= read.LastMicros, "the segment ends before it begins", 80);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(footer[120..]) == 0,
            "reserved bytes of the segment footer are not zero",
            120);
        return read;
    }

    private static SegmentFooter Decode(ReadOnlySpan<byte> footer) => new(
        new SegmentIdentity(
            BinaryPrimitives.ReadUInt128LittleEndian(footer[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(footer[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(footer[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(footer[40..])),
        new Hash256(footer.Slice(48, Hash256.Length)),
        BinaryPrimitives.ReadInt64LittleEndian(footer[80..]),
        BinaryPrimitives.ReadInt64LittleEndian(footer[88..]),
        BinaryPrimitives.ReadUInt32LittleEndian(footer[96..]),
        BinaryPrimitives.ReadUInt32LittleEndian(footer[100..]),
        BinaryPrimitives.ReadInt64LittleEndian(footer[112..]));
}
