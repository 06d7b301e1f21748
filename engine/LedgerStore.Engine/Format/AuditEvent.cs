// What entries of `_audit` say, as far as the engine needs it: the message Event of events.proto, read and written here
// because the engine knows no protocol library. One codec for who writes events and for who checks claims by them.
// Pure: any thread.
//
//   Event { oneof: 3 PolicyChange | 4 LedgerChange | 5 RetentionChange | 6 HoldChange | 7 Tombstone | 8 KeyRotation
//                  | 10 Lifecycle | 11 ExpiryNotice | 12 StoreFacts }   all others are not read here

using System.Text;

namespace LedgerStore.Engine.Format;

/// <summary>One event.</summary>
/// <param name="AuditIndex">The entry of <c>_audit</c> that says it; <see cref="Unsaid"/> while none does.</param>
internal abstract record AuditEvent(long AuditIndex)
{
    public const long Unsaid = -1;

    public static ReadOnlySpan<byte> ContentType => "application/x-ledgerstore-event"u8;

    /// <summary>Who says it: the store itself.</summary>
    public static ReadOnlySpan<byte> Appender => "ledgerstore"u8;

    protected abstract int Field { get; }

    /// <summary>Reads the payload of an entry.</summary>
    /// <returns>Null when it is no event, or none of those that are read here.</returns>
    public static AuditEvent? TryRead(
        long auditIndex, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> payload)
    {
        ProtoReader reader = new(payload);
        if (!contentType.SequenceEqual(ContentType) || !reader.TryNext())
        {
            return null;
        }

        int field = reader.Field;
        ReadOnlySpan<byte> message = reader.Bytes;
        if (reader.TryNext() || reader.IsBroken)
        {
            // An event is one thing.
            return null;
        }

        AuditEvent? read = field switch
        {
            AuditPolicyChange.Number => new AuditPolicyChange(auditIndex),
            AuditLedgerChange.Number => new AuditLedgerChange(auditIndex),
            AuditRetentionChange.Number => new AuditRetentionChange(auditIndex),
            AuditHoldChange.Number => new AuditHoldChange(auditIndex),
            AuditTombstone.Number => AuditTombstone.Empty(auditIndex),
            AuditKeyRotation.Number => new AuditKeyRotation(auditIndex),
            AuditLifecycle.Number => new AuditLifecycle(auditIndex),
            AuditExpiryNotice.Number => new AuditExpiryNotice(auditIndex),
            AuditStoreFacts.Number => new AuditStoreFacts(auditIndex),
            _ => null,
        };
        reader = new ProtoReader(message);
        while (reader.TryNext())
        {
            read = read?.With(reader);
        }

        return !reader.IsBroken && read?.IsWhole == true ? read : null;
    }

    /// <summary>The payload of the entry that says this.</summary>
    public byte[] Encode()
    {
        ProtoWriter inner = new();
        Write(inner);
        ProtoWriter outer = new();
        outer.Message(Field, inner.Written);
        return outer.Written.ToArray();
    }

    /// <summary>Whether it has all that it is nothing without.</summary>
    protected virtual bool IsWhole => true;

    /// <summary>The same with the field that the reader has come to.</summary>
    protected abstract AuditEvent With(in ProtoReader from);

    protected abstract void Write(ProtoWriter to);

    protected static string TextOf(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>Whether these are entries that a ledger can have.</summary>
    protected static bool IsRange(long first, long count) =>
        first >= 0 && count >= 0 && first <= long.MaxValue - count;

    /// <summary>Whether these are whole bundles, as expire.</summary>
    protected static bool AreBundles(long first, long count) => IsRange(first, count) && count > 0
        && first % StoreLimits.EntriesPerBundle == 0 && count % StoreLimits.EntriesPerBundle == 0;
}
