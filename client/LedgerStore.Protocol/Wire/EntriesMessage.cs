// ReadResponse{Entries} without objects, in both directions: the bundle is written and read in place.
// Pure functions over values; any thread.

using System.Buffers;

namespace LedgerStore.Protocol.Wire;

/// <summary>Consecutive entries in C2SP bundle encoding, as a read stream carries them.</summary>
public readonly struct EntriesMessage
{
    private const int HeadBytesMax = 48;
    private const uint EntriesTag = (1 << 3) | WireFormat.LengthDelimited;
    private const uint UnreadableNumber = 5;

    public ulong FirstIndex { get; init; }

    public uint Count { get; init; }

    /// <summary>For each entry a big-endian length of two bytes and its bytes; valid while the message is.</summary>
    public ReadOnlyMemory<byte> Bundle { get; init; }

    /// <summary>The exact length of a message whose bundle has this many bytes.</summary>
    public static int LengthOf(ulong firstIndex, uint count, int bundleBytes)
    {
        int inner = InnerLength(firstIndex, count, bundleBytes);
        return 1 + WireFormat.VarintSize((ulong)inner) + inner;
    }

    /// <summary>Writes one message.</summary>
    public static void Write(IBufferWriter<byte> writer, ulong firstIndex, uint count, ReadOnlySpan<byte> bundle)
    {
        int bundleBytes = bundle.Length;
        int inner = InnerLength(firstIndex, count, bundleBytes);
        Span<byte> span = writer.GetSpan(HeadBytesMax);
        int position = WireFormat.WriteLength(span, 1, inner);
        position += WireFormat.WriteVarintField(span[position..], 1, firstIndex);
        position += WireFormat.WriteVarintField(span[position..], 2, count);
        if (bundleBytes > 0)
        {
            position += WireFormat.WriteLength(span[position..], 3, bundleBytes);
        }

        writer.Advance(position);
        writer.Write(bundle);
    }

    /// <summary>Reads a ReadResponse. False: it is another event, to be parsed as a message object.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> message, out EntriesMessage entries)
    {
        entries = default;
        bool isEntries = false;
        SpanFieldReader reader = new(message.Span);
        while (reader.TryReadTag(out uint tag))
        {
            if (tag == EntriesTag)
            {
                entries = ParseEntries(reader.ReadBytes(message));
                isEntries = true;
                continue;
            }

            isEntries &= tag >> 3 > UnreadableNumber;
            reader.Skip(tag);
        }

        return isEntries;
    }

    private static int InnerLength(ulong firstIndex, uint count, int bundleBytes) =>
        WireFormat.VarintFieldSize(firstIndex)
        + WireFormat.VarintFieldSize(count)
        + WireFormat.BytesFieldSize(bundleBytes);

    private static EntriesMessage ParseEntries(ReadOnlyMemory<byte> message)
    {
        ulong firstIndex = 0, count = 0;
        ReadOnlyMemory<byte> bundle = default;
        SpanFieldReader reader = new(message.Span);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case (1 << 3) | WireFormat.Varint:
                    firstIndex = reader.ReadVarint();
                    break;
                case (2 << 3) | WireFormat.Varint:
                    count = reader.ReadVarint();
                    break;
                case (3 << 3) | WireFormat.LengthDelimited:
                    bundle = reader.ReadBytes(message);
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return new EntriesMessage { FirstIndex = firstIndex, Count = (uint)count, Bundle = bundle };
    }
}
