// What an entry of `_audit` says of entries that have expired: Event.tombstone of events.proto.
// Immutable, pure codec: any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>A tombstone as it is in <c>_audit</c>.</summary>
/// <param name="AuditIndex">The entry of <c>_audit</c>.</param>
/// <param name="Root">The Merkle root over the expired entries by themselves.</param>
internal sealed record AuditTombstone(
    long AuditIndex, string Ledger, long First, long Count, Hash256 Root, string Policy, string Reason)
    : AuditEvent(AuditIndex)
{
    public const int Number = 7;

    /// <summary>The entry of <c>_audit</c> that announced it; null where no notices were given yet.</summary>
    public long? Notice { get; init; }

    /// <summary>When its entry was received; 0 when nobody asked.</summary>
    public long Micros { get; init; }

    public long End => First + Count;

    protected override int Field => Number;

    /// <summary>Reads the payload of an entry.</summary>
    /// <returns>Null when it is no tombstone, or not one that names entries.</returns>
    public static new AuditTombstone? TryRead(
        long auditIndex, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> payload) =>
        AuditEvent.TryRead(auditIndex, contentType, payload) as AuditTombstone;

    public static AuditTombstone Empty(long auditIndex) =>
        new(auditIndex, string.Empty, 0, 0, default, string.Empty, string.Empty);

    protected override bool IsWhole => AreBundles(First, Count);

    protected override AuditEvent With(in ProtoReader from) => from.Field switch
    {
        1 => this with { Ledger = TextOf(from.Bytes) },
        2 => this with { First = (long)from.Number },
        3 => this with { Count = (long)from.Number },
        4 when from.Bytes.Length == Hash256.Length => this with { Root = new Hash256(from.Bytes) },
        5 => this with { Policy = TextOf(from.Bytes) },
        6 => this with { Reason = TextOf(from.Bytes) },
        7 => this with { Notice = (long)from.Number },
        _ => this,
    };

    protected override void Write(ProtoWriter to)
    {
        Hash256 root = Root;
        to.Text(1, Ledger);
        to.Number(2, First);
        to.Number(3, Count);
        to.Bytes(4, Hash256.BytesOf(ref root));
        to.Text(5, Policy);
        to.Text(6, Reason);
        to.Optional(7, Notice);
    }
}
