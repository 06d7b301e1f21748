// What an entry of `_audit` says of entries that were found due to expire: Event.expiry_notice of events.proto. Their
// tombstone comes at least a day later. Immutable, pure codec: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>A notice as it is in <c>_audit</c>.</summary>
internal sealed record AuditExpiryNotice(long AuditIndex) : AuditEvent(AuditIndex)
{
    public const int Number = 11;

    /// <summary>How long before a tombstone its notice was received, at least. It is never shortened.</summary>
    public static TimeSpan Ahead { get; } = TimeSpan.FromHours(24);

    /// <summary>When its entry was received, by the clock of the store.</summary>
    public long Micros { get; init; }

    public string Ledger { get; init; } = string.Empty;

    public long First { get; init; }

    public long Count { get; init; }

    /// <summary>The retention policy by which they are due.</summary>
    public string Policy { get; init; } = string.Empty;

    public long End => First + Count;

    protected override int Field => Number;

    /// <summary>Reads the payload of an entry.</summary>
    /// <returns>Null when it is no notice, or not one that names entries.</returns>
    public static new AuditExpiryNotice? TryRead(
        long auditIndex, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> payload) =>
        AuditEvent.TryRead(auditIndex, contentType, payload) as AuditExpiryNotice;

    protected override bool IsWhole => AreBundles(First, Count);

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { Ledger = TextOf(from.Bytes) },
        2 => this with { First = (long)from.Number },
        3 => this with { Count = (long)from.Number },
        4 => this with { Policy = TextOf(from.Bytes) },
        _ => this,
    };

    /// <summary>Whether it announced all that a tombstone is of, early enough.</summary>
    public bool Announces(AuditTombstone tombstone, TimeSpan ahead) =>
        Ledger == tombstone.Ledger
        && First <= tombstone.First
        && End >= tombstone.End
        && AuditIndex < tombstone.AuditIndex
        && tombstone.Micros - Micros >= ahead.Ticks / TimeSpan.TicksPerMicrosecond;

    protected override void Write(ProtoWriter to)
    {
        to.Text(1, Ledger);
        to.Number(2, First);
        to.Number(3, Count);
        to.Text(4, Policy);
    }
}
