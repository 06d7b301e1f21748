// The records NOTICE and EXPIRING of state.log; StateRecordType.cs draws them. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>Entries that are due, as <c>_audit</c> says; or that are about to expire, of which it may say so.</summary>
/// <param name="Count">0: none are, and what was said before counts no more.</param>
/// <param name="AuditIndex">The entry of <c>_audit</c> that says so, or the first one that may be their tombstone.
/// </param>
internal sealed record AuditRangeRecord(long First, long Count, long AuditIndex)
{
    public const int EncodedBytes = 24;

    public static AuditRangeRecord None { get; } = new(0, 0, 0);

    public long End => First + Count;

    public byte[] Encode()
    {
        byte[] body = new byte[EncodedBytes];
        RecordBodyWriter writer = new(body);
        writer.WriteI64(First);
        writer.WriteI64(Count);
        writer.WriteI64(AuditIndex);
        return body;
    }

    public static AuditRangeRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        AuditRangeRecord record = new(reader.ReadI64(), reader.ReadI64(), reader.ReadI64());
        reader.End();
        FormatCheck.That(record.First <= long.MaxValue - record.Count, "a range goes beyond the last index", 0);
        return record;
    }
}
