// Writes AppendRequest from records that already lie one after the other.
// Pure functions; any thread.

using System.Buffers;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Protocol.Wire;

/// <summary>What is said about a batch besides its records; texts are UTF-8.</summary>
public readonly ref struct AppendRequestHead
{
    public ReadOnlySpan<byte> Ledger { get; init; }

    public ReadOnlySpan<byte> Producer { get; init; }

    public ulong FirstSequence { get; init; }

    public ulong? ExpectedSize { get; init; }

    public ReadOnlySpan<byte> ContentType { get; init; }

    public Ack Ack { get; init; }
}

/// <summary>Writes append requests without objects, byte for byte as Google.Protobuf does.</summary>
public static class AppendRequestWriter
{
    // Tags and numbers of a head, besides its three texts: 3 * (1 + 5), 2 * (1 + 10), 1 + 10, and twice 1 + 5.
    private const int HeadOverheadMax = 64;

    /// <summary>The exact length of the message.</summary>
    public static int LengthOf(in AppendRequestHead head, ReadOnlySpan<int> lengths, int payloadBytes) =>
        Size(head, PackedSize(lengths), payloadBytes);

    /// <summary>Writes one message.</summary>
    public static void Write(
        IBufferWriter<byte> writer, in AppendRequestHead head, ReadOnlySpan<int> lengths, ReadOnlySpan<byte> payload)
    {
        int packedBytes = PackedSize(lengths);
        int texts = head.Ledger.Length + head.Producer.Length + head.ContentType.Length;
        Span<byte> span = writer.GetSpan(HeadOverheadMax + texts + packedBytes);
        writer.Advance(WriteHead(span, head, lengths, packedBytes, payload.Length));
        writer.Write(payload);
    }

    private static int PackedSize(ReadOnlySpan<int> lengths)
    {
        int size = 0;
        foreach (int length in lengths)
        {
            size += WireFormat.VarintSize((uint)length);
        }

        return size;
    }

    private static int Size(in AppendRequestHead head, int packedBytes, int payloadBytes) =>
        WireFormat.BytesFieldSize(head.Ledger.Length)
        + WireFormat.BytesFieldSize(head.Producer.Length)
        + WireFormat.VarintFieldSize(head.FirstSequence)
        + (head.ExpectedSize is { } size ? 1 + WireFormat.VarintSize(size) : 0)
        + WireFormat.BytesFieldSize(head.ContentType.Length)
        + WireFormat.VarintFieldSize((ulong)head.Ack)
        + WireFormat.BytesFieldSize(packedBytes)
        + WireFormat.BytesFieldSize(payloadBytes);

    private static int WriteHead(
        Span<byte> span, in AppendRequestHead head, ReadOnlySpan<int> lengths, int packedBytes, int payloadBytes)
    {
        int position = WireFormat.WriteBytesField(span, 1, head.Ledger);
        position += WireFormat.WriteBytesField(span[position..], 2, head.Producer);
        position += WireFormat.WriteVarintField(span[position..], 3, head.FirstSequence);
        if (head.ExpectedSize is { } expected)
        {
            // Explicit presence: a zero is written too, it means "only if the ledger is empty".
            span[position++] = (4 << 3) | WireFormat.Varint;
            position += WireFormat.WriteVarint(span[position..], expected);
        }

        position += WireFormat.WriteBytesField(span[position..], 5, head.ContentType);
        position += WireFormat.WriteVarintField(span[position..], 6, (ulong)head.Ack);
        if (packedBytes > 0)
        {
            position += WireFormat.WriteLength(span[position..], 7, packedBytes);
            foreach (int length in lengths)
            {
                position += WireFormat.WriteVarint(span[position..], (uint)length);
            }
        }

        if (payloadBytes > 0)
        {
            position += WireFormat.WriteLength(span[position..], 8, payloadBytes);
        }

        return position;
    }
}
