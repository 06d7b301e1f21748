// What an entry of `_audit` says of entries that were found due to expire: Event { expiry_notice = 11 } of
// events.proto. Their tombstone comes at least a day later. Pure: any thread.

using System.Buffers;
using System.Text;

namespace LedgerStore.Engine.Format;

/// <summary>A notice as it is in <c>_audit</c>.</summary>
/// <param name="AuditIndex">The entry of <c>_audit</c>.</param>
/// <param name="Policy">The retention policy by which they are due.</param>
internal sealed record AuditExpiryNotice(long AuditIndex, string Ledger, long First, long Count, string Policy)
{
    private const uint EventField = 11;

    /// <summary>How long before a tombstone its notice was received, at least. It is never shortened.</summary>
    public static TimeSpan Ahead { get; } = TimeSpan.FromHours(24);

    /// <summary>When its entry was received, by the clock of the store.</summary>
    public long Micros { get; init; }

    public long End => First + Count;

    /// <summary>Reads the payload of an entry.</summary>
    /// <returns>Null when it is no notice, or not one that names entries.</returns>
    public static AuditExpiryNotice? TryRead(
        long auditIndex, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> payload)
    {
        if (!contentType.SequenceEqual(TombstoneEvent.ContentType)
            || !AuditTombstone.TryField(ref payload, out uint field, out _, out ReadOnlySpan<byte> notice)
            || field != EventField
            || !payload.IsEmpty)
        {
            return null;
        }

        AuditExpiryNotice read = new(auditIndex, string.Empty, 0, 0, string.Empty);
        while (!notice.IsEmpty)
        {
            if (!AuditTombstone.TryField(ref notice, out field, out ulong number, out ReadOnlySpan<byte> bytes))
            {
                return null;
            }

            read = field switch
            {
                1 => read with { Ledger = Encoding.UTF8.GetString(bytes) },
                2 => read with { First = (long)number },
                3 => read with { Count = (long)number },
                4 => read with { Policy = Encoding.UTF8.GetString(bytes) },
                _ => read,
            };
        }

        bool isRange = read.First >= 0 && read.Count > 0 && read.First <= long.MaxValue - read.Count
            && read.First % StoreLimits.EntriesPerBundle == 0 && read.Count % StoreLimits.EntriesPerBundle == 0;
        return isRange ? read : null;
    }

    public static byte[] Encode(string ledger, long first, long count, string policy)
    {
        ArrayBufferWriter<byte> inner = new();
        TombstoneEvent.Bytes(inner, 1, Encoding.UTF8.GetBytes(ledger));
        TombstoneEvent.Number(inner, 2, first);
        TombstoneEvent.Number(inner, 3, count);
        TombstoneEvent.Bytes(inner, 4, Encoding.UTF8.GetBytes(policy));
        ArrayBufferWriter<byte> outer = new();
        TombstoneEvent.Bytes(outer, (int)EventField, inner.WrittenSpan);
        return outer.WrittenSpan.ToArray();
    }

    /// <summary>Whether it announced all that a tombstone is of, early enough.</summary>
    public bool Announces(AuditTombstone tombstone, TimeSpan ahead) =>
        Ledger == tombstone.Ledger
        && First <= tombstone.First
        && End >= tombstone.End
        && AuditIndex < tombstone.AuditIndex
        && tombstone.Micros - Micros >= ahead.Ticks / TimeSpan.TicksPerMicrosecond;
}
