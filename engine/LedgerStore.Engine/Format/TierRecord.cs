// The record TIER of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>The file of a complete segment is another one from now on. The newest of SEALED and TIER counts.</summary>
/// <param name="FileBytes">Of the local file.</param>
/// <param name="ColdBytes">Of the file in the cold store; 0 when there is none.</param>
/// <param name="Location">The name there; empty when there is none. In a tier other than cold it is a copy that is
/// being made, or deleted.</param>
internal sealed record TierRecord(
    long Segment, uint Generation, SegmentTier Tier, long FileBytes, long ColdBytes, string Location)
{
    public const int LocationBytesMax = 512;

    /// <summary>What the file of a segment is called in the cold store. A record that says another name leads whoever
    /// follows it to where the cold store is not.</summary>
    public static string NameOf(UInt128 storeId, uint ledgerId, long segment, Hash256 root) =>
        $"{storeId:x32}/{ledgerId}/{segment:D12}-{root}.seg";

    public byte[] Encode()
    {
        byte[] location = Encoding.UTF8.GetBytes(Location);
        byte[] body = new byte[31 + location.Length];
        RecordBodyWriter writer = new(body);
        writer.WriteI64(Segment);
        writer.WriteU32(Generation);
        writer.WriteU8((byte)Tier);
        writer.WriteI64(FileBytes);
        writer.WriteI64(ColdBytes);
        writer.WriteBytes(location);
        return body;
    }

    public static TierRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        TierRecord record = new(
            reader.ReadI64(),
            reader.ReadU32(),
            (SegmentTier)reader.ReadU8(),
            reader.ReadI64(),
            reader.ReadI64(),
            Encoding.UTF8.GetString(reader.ReadBytes(LocationBytesMax)));
        reader.End();
        FormatCheck.That(record.Tier <= SegmentTier.Expired, "a tier that this program does not know", 12);
        FormatCheck.That(
            record.Tier != SegmentTier.Cold || record.Location.Length > 0,
            "a cold segment without a place",
            12);
        return record;
    }
}
