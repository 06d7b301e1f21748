// The record EXPIRING of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>Entries about to expire: their tombstone may be in <c>_audit</c>, at or behind an index.</summary>
/// <param name="Count">0: none are.</param>
internal sealed record ExpiringRecord(long First, long Count, long AuditSize)
{
    public const int EncodedBytes = 24;

    /// <summary>Nothing is about to expire.</summary>
    public static ExpiringRecord None { get; } = new(0, 0, 0);

    public long End => First + Count;

    public byte[] Encode()
    {
        byte[] body = new byte[EncodedBytes];
        RecordBodyWriter writer = new(body);
        writer.WriteI64(First);
        writer.WriteI64(Count);
        writer.WriteI64(AuditSize);
        return body;
    }

    public static ExpiringRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        ExpiringRecord record = new(reader.ReadI64(), reader.ReadI64(), reader.ReadI64());
        reader.End();
        FormatCheck.That(record.First <= long.MaxValue - record.Count, "a range goes beyond the last index", 0);
        return record;
    }
}
