// The entry of `_audit` that says that entries have expired: Event { tombstone = 7 } of events.proto, encoded here
// because the engine knows no protocol library. Pure: any thread.

using System.Buffers;
using System.Text;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>Encodes tombstones for <c>_audit</c>.</summary>
internal static class TombstoneEvent
{
    public static ReadOnlySpan<byte> ContentType => "application/x-ledgerstore-event"u8;

    /// <param name="root">The Merkle root over the expired entries by themselves.</param>
    /// <param name="notice">The entry of <c>_audit</c> that announced it.</param>
    public static byte[] Encode(
        string ledger, long first, long count, in Hash256 root, string policy, string reason, long? notice)
    {
        ArrayBufferWriter<byte> inner = new();
        Bytes(inner, 1, Encoding.UTF8.GetBytes(ledger));
        Number(inner, 2, first);
        Number(inner, 3, count);
        Hash256 hash = root;
        Bytes(inner, 4, Hash256.BytesOf(ref hash));
        Bytes(inner, 5, Encoding.UTF8.GetBytes(policy));
        Bytes(inner, 6, Encoding.UTF8.GetBytes(reason));
        if (notice is { } index)
        {
            // It may be 0: the field is there whenever there is a notice.
            Varint(inner, 7 << 3);
            Varint(inner, (ulong)index);
        }

        ArrayBufferWriter<byte> outer = new();
        Bytes(outer, 7, inner.WrittenSpan);
        return outer.WrittenSpan.ToArray();
    }

    internal static void Bytes(ArrayBufferWriter<byte> to, int field, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        Varint(to, ((ulong)field << 3) | 2);
        Varint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    internal static void Number(ArrayBufferWriter<byte> to, int field, long value)
    {
        if (value != 0)
        {
            Varint(to, (ulong)field << 3);
            Varint(to, (ulong)value);
        }
    }

    private static void Varint(ArrayBufferWriter<byte> to, ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        to.Write(bytes[..length]);
    }
}
