// The record NOTICE of state.log; StateRecordType.cs draws it. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>It was said in <c>_audit</c> that these entries are due.</summary>
/// <param name="Count">0: nothing that was said before counts any more.</param>
/// <param name="AuditIndex">The entry of <c>_audit</c> that says so.</param>
internal sealed record NoticeRecord(long First, long Count, long AuditIndex)
{
    public const int EncodedBytes = 24;

    /// <summary>Forgets all that were made.</summary>
    public static NoticeRecord None { get; } = new(0, 0, 0);

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

    public static NoticeRecord Decode(ReadOnlySpan<byte> body)
    {
        RecordBodyReader reader = new(body);
        NoticeRecord record = new(reader.ReadI64(), reader.ReadI64(), reader.ReadI64());
        reader.End();
        FormatCheck.That(record.First <= long.MaxValue - record.Count, "a range goes beyond the last index", 0);
        return record;
    }
}
