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

    public static AuditTombstone? TryRead(long auditIndex, ReadOnlySpan<byte> message)
    {
        AuditTombstone read = new(auditIndex, string.Empty, 0, 0, default, string.Empty, string.Empty);
        ProtoReader reader = new(message);
        while (reader.TryNext())
        {
            read = reader.Field switch
            {
                1 => read with { Ledger = TextOf(reader.Bytes) },
                2 => read with { First = (long)reader.Number },
                3 => read with { Count = (long)reader.Number },
                4 when reader.Bytes.Length == Hash256.Length => read with { Root = new Hash256(reader.Bytes) },
                5 => read with { Policy = TextOf(reader.Bytes) },
                6 => read with { Reason = TextOf(reader.Bytes) },
                7 => read with { Notice = (long)reader.Number },
                _ => read,
            };
        }

        bool isWhole = IsRange(read.First, read.Count) && read.Count > 0
            && read.First % StoreLimits.EntriesPerBundle == 0 && read.Count % StoreLimits.EntriesPerBundle == 0;
        return !reader.IsBroken && isWhole ? read : null;
    }

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
