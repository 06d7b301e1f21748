// AppendResponse without objects, in both directions.
// Pure functions over values; any thread.

using System.Buffers;

namespace LedgerStore.Protocol.Wire;

/// <summary>The answer to one append. The checkpoint is in place, and valid as long as the message is.</summary>
public readonly record struct AppendAnswer
{
    private const int MicrosPerSecond = 1_000_000;
    private const int SizeWithoutCheckpointMax = 64;

    public ulong FirstIndex { get; init; }

    public uint Count { get; init; }

    public ulong ReceivedUnixMicros { get; init; }

    public bool IsDuplicate { get; init; }

    /// <summary>The covering checkpoint, if the request asked for it.</summary>
    public ReadOnlyMemory<byte> Checkpoint { get; init; }

    /// <summary>Reads a message.</summary>
    public static AppendAnswer Parse(ReadOnlyMemory<byte> message)
    {
        ulong firstIndex = 0, count = 0, duplicate = 0, received = 0;
        ReadOnlyMemory<byte> checkpoint = default;
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
                    received = ParseTimestamp(reader.ReadBytes());
                    break;
                case (4 << 3) | WireFormat.Varint:
                    duplicate = reader.ReadVarint();
                    break;
                case (5 << 3) | WireFormat.LengthDelimited:
                    checkpoint = reader.ReadBytes(message);
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return new AppendAnswer
        {
            FirstIndex = firstIndex,
            Count = (uint)count,
            ReceivedUnixMicros = received,
            IsDuplicate = duplicate != 0,
            Checkpoint = checkpoint,
        };
    }

    /// <summary>The exact length of the message.</summary>
    public int Length => WireFormat.VarintFieldSize(FirstIndex)
        + WireFormat.VarintFieldSize(Count)
        + 2 + TimeBytes
        + (IsDuplicate ? 2 : 0)
        + WireFormat.BytesFieldSize(Checkpoint.Length);

    private ulong Seconds => ReceivedUnixMicros / MicrosPerSecond;

    private ulong Nanos => ReceivedUnixMicros % MicrosPerSecond * 1000;

    private int TimeBytes => WireFormat.VarintFieldSize(Seconds) + WireFormat.VarintFieldSize(Nanos);

    /// <summary>Writes one message.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        Span<byte> span = writer.GetSpan(SizeWithoutCheckpointMax);
        int position = WireFormat.WriteVarintField(span, 1, FirstIndex);
        position += WireFormat.WriteVarintField(span[position..], 2, Count);
        position += WireFormat.WriteLength(span[position..], 3, TimeBytes);
        position += WireFormat.WriteVarintField(span[position..], 1, Seconds);
        position += WireFormat.WriteVarintField(span[position..], 2, Nanos);
        position += WireFormat.WriteVarintField(span[position..], 4, IsDuplicate ? 1UL : 0);
        if (!Checkpoint.IsEmpty)
        {
            position += WireFormat.WriteLength(span[position..], 5, Checkpoint.Length);
        }

        writer.Advance(position);
        writer.Write(Checkpoint.Span);
    }

    private static ulong ParseTimestamp(ReadOnlySpan<byte> message)
    {
        ulong seconds = 0, nanos = 0;
        SpanFieldReader reader = new(message);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case (1 << 3) | WireFormat.Varint:
                    seconds = reader.ReadVarint();
                    break;
                case (2 << 3) | WireFormat.Varint:
                    nanos = reader.ReadVarint();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return unchecked((seconds * MicrosPerSecond) + (nanos / 1000));
    }
}
