// The record TOMBSTONE of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

using System.Text;

namespace LedgerStore.Engine.Format;

/// <summary>The payload of these entries is gone, or going: nobody reads it from now on.</summary>
/// <param name="AuditIndex">The entry of <c>_audit</c> that says so to everybody.</param>
internal sealed record TombstoneRecord(long First, long Count, long AuditIndex, long Micros, string Reason)
{
    public const int ReasonBytesMax = 1024;

    public long End => First + Count;

    public byte[] Encode()
    {
        byte[] reason = Encoding.UTF8.GetBytes(Reason);
        byte[] body = new byte[34 + reason.Length];
        RecordBodyWriter writer = new(body);
        writer.WriteI64(First);
        writer.WriteI64(Count);
        writer.WriteI64(AuditIndex);
        writer.WriteI64(Micros);
        writer.WriteBytes(reason);
        return body;
    }

    public static TombstoneRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        TombstoneRecord record = new(
            reader.ReadI64(),
            reader.ReadI64(),
            reader.ReadI64(),
            reader.ReadI64(),
            Encoding.UTF8.GetString(reader.ReadBytes(ReasonBytesMax)));
        reader.End();
        FormatCheck.That(
            record.Count > 0
                && record.First % StoreLimits.EntriesPerBundle == 0
                && record.Count % StoreLimits.EntriesPerBundle == 0
                && record.First <= long.MaxValue - record.Count,
            "a tombstone is of whole bundles",
            0);
        return record;
    }
}
