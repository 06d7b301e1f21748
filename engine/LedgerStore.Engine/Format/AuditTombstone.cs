// What an entry of `_audit` says of entries that have expired: Event { tombstone = 7 } of events.proto, read here
// because the engine knows no protocol library. Pure: any thread.

using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>A tombstone as it is in <c>_audit</c>.</summary>
/// <param name="AuditIndex">The entry of <c>_audit</c>.</param>
/// <param name="Root">The Merkle root over the expired entries by themselves.</param>
internal sealed record AuditTombstone(
    long AuditIndex, string Ledger, long First, long Count, Hash256 Root, string Policy, string Reason)
{
    private const uint LengthPrefixed = 2;
    private const uint EventField = 7;

    /// <summary>The entry of <c>_audit</c> that announced it; null where no notices were given yet.</summary>
    public long? Notice { get; init; }

    /// <summary>When its entry was received; 0 when nobody asked.</summary>
    public long Micros { get; init; }

    public long End => First + Count;

    /// <summary>Reads the payload of an entry.</summary>
    /// <returns>Null when it is no tombstone, or not one that names entries.</returns>
    public static AuditTombstone? TryRead(
        long auditIndex, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> payload)
    {
        if (!contentType.SequenceEqual(TombstoneEvent.ContentType)
            || !TryField(ref payload, out uint field, out _, out ReadOnlySpan<byte> tombstone)
            || field != EventField
            || !payload.IsEmpty)
        {
            return null;
        }

        AuditTombstone read = new(auditIndex, string.Empty, 0, 0, default, string.Empty, string.Empty);
        while (!tombstone.IsEmpty)
        {
            if (!TryField(ref tombstone, out field, out ulong number, out ReadOnlySpan<byte> bytes))
            {
                return null;
            }

            read = field switch
            {
                1 => read with { Ledger = Encoding.UTF8.GetString(bytes) },
                2 => read with { First = (long)number },
                3 => read with { Count = (long)number },
                4 when bytes.Length == Hash256.Length => read with { Root = new Hash256(bytes) },
                5 => read with { Policy = Encoding.UTF8.GetString(bytes) },
                6 => read with { Reason = Encoding.UTF8.GetString(bytes) },
                7 => read with { Notice = (long)number },
                _ => read,
            };
        }

        bool isRange = read.First >= 0 && read.Count > 0 && read.First <= long.MaxValue - read.Count
            && read.First % StoreLimits.EntriesPerBundle == 0 && read.Count % StoreLimits.EntriesPerBundle == 0;
        return isRange ? read : null;
    }

    /// <summary>Takes the next field: a number, or bytes.</summary>
    internal static bool TryField(
        ref ReadOnlySpan<byte> message, out uint field, out ulong number, out ReadOnlySpan<byte> bytes)
    {
        field = 0;
        number = 0;
        bytes = default;
        if (!TryVarint(ref message, out ulong tag) || !TryVarint(ref message, out number))
        {
            return false;
        }

        field = (uint)(tag >> 3);
        if ((tag & 7) != LengthPrefixed)
        {
            return (tag & 7) == 0;
        }

        if (number > (ulong)message.Length)
        {
            return false;
        }

        bytes = message[..(int)number];
        message = message[(int)number..];
        return true;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> message, out ulong value)
    {
        value = 0;
        for (int i = 0; i < Math.Min(message.Length, 10); i++)
        {
            value |= (ulong)(message[i] & 0x7F) << (7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
