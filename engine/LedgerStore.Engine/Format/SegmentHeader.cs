// The first 64 bytes of a segment file. Pure: any thread.

using System.Buffers.Binary;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>The header of a segment file.</summary>
/// <remarks>
/// <code>
/// 0  u64 magic "LSSEGMT1"   8 u32 version   12 u32 ledger id   16 u128 store id
/// 32 u64 segment   40 u32 generation   44 u32 0   48 i64 created micros   56 u32 0   60 u32 crc of the 60 before
/// </code>
/// </remarks>
internal readonly record struct SegmentHeader(SegmentIdentity Identity, long CreatedMicros)
{
    private const int CrcOffset = 60;

    public void Write(Span<byte> header)
    {
        header = header[..SegmentFormat.HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, SegmentFormat.HeaderMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], SegmentFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Identity.LedgerId);
        BinaryPrimitives.WriteUInt128LittleEndian(header[16..], Identity.StoreId);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], Identity.Segment);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], Identity.Generation);
        BinaryPrimitives.WriteInt64LittleEndian(header[48..], CreatedMicros);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CrcOffset..], Crc32C.Compute(header[..CrcOffset]));
    }

    /// <summary>What a header says that its generation is; 0 when it is too short. To be checked with the rest of it.
    /// </summary>
    public static uint GenerationOf(ReadOnlySpan<byte> header) =>
        header.Length < SegmentFormat.HeaderBytes ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="MalformedDataException">Damaged, of another version, or of another segment.</exception>
    public static SegmentHeader Read(ReadOnlySpan<byte> header, in SegmentIdentity expected)
    {
        FormatCheck.That(header.Length >= SegmentFormat.HeaderBytes, "the file ends inside of its header", 0);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt64LittleEndian(header) == SegmentFormat.HeaderMagic,
            "not the header of a segment file",
            0);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(header[CrcOffset..]) == Crc32C.Compute(header[..CrcOffset]),
            "the segment header's checksum is wrong",
            CrcOffset);
        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == SegmentFormat.Version,
            "a version of segment files that this program does not know",
            8);
        SegmentIdentity identity = new(
            BinaryPrimitives.ReadUInt128LittleEndian(header[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[40..]));
        if (identity != expected)
        {
            throw new MalformedDataException($"the header is of {identity}, expected {expected}", 8);
        }

        FormatCheck.That(
            BinaryPrimitives.ReadUInt32LittleEndian(header[44..]) == 0
                && BinaryPrimitives.ReadUInt32LittleEndian(header[56..]) == 0,
            "reserved bytes of the segment header are not zero",
            44);
        return new SegmentHeader(identity, BinaryPrimitives.ReadInt64LittleEndian(header[48..]));
    }
}
