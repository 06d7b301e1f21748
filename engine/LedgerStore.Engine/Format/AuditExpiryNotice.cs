// What an entry of `_audit` says of entries that are to expire: Event.expiry_notice of events.proto. Its own received
// time says since when that is known. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>Entries were found due for the first time.</summary>
internal sealed record AuditExpiryNotice(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 11;

    public string Ledger { get; init; } = string.Empty;

    public long First { get; init; }

    public long Count { get; init; }

    public string Policy { get; init; } = string.Empty;

    public long End => First + Count;

    protected override int Field => Number;

    public static AuditExpiryNotice? TryRead(long auditIndex, ReadOnlySpan<byte> message)
    {
        AuditExpiryNotice read = new(auditIndex);
        ProtoReader reader = new(message);
        while (reader.TryNext())
        {
            read = reader.Field switch
            {
                1 => read with { Ledger = TextOf(reader.Bytes) },
                2 => read with { First = (long)reader.Number },
                3 => read with { Count = (long)reader.Number },
                4 => read with { Policy = TextOf(reader.Bytes) },
                _ => read,
            };
        }

        return !reader.IsBroken && IsRange(read.First, read.Count) && read.Count > 0 ? read : null;
    }

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, Ledger);
        to.Number(2, First);
        to.Number(3, Count);
        to.Text(4, Policy);
    }
}
