// Reads the envelope around a record, in place. Lenient, as clients are: it takes fields that a later version adds. The
// store's own reader (Append/EntryView in the engine) takes one encoding only, because these bytes are hashed.
// A value on the stack of one thread.

using Grpc.Core;

namespace LedgerStore.Protocol.Wire;

/// <summary>The fields of an entry; texts are UTF-8. Valid as long as the entry's bytes are.</summary>
public readonly ref struct EntryView
{
    private EntryView(ReadOnlySpan<byte> entry)
    {
        SpanFieldReader reader = new(entry);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case (1 << 3) | WireFormat.Fixed64:
                    ReceivedUnixMicros = reader.ReadFixed64();
                    break;
                case (2 << 3) | WireFormat.LengthDelimited:
                    Appender = reader.ReadBytes();
                    break;
                case (3 << 3) | WireFormat.LengthDelimited:
                    Producer = reader.ReadBytes();
                    break;
                case (4 << 3) | WireFormat.Varint:
                    ProducerSequence = reader.ReadVarint();
                    break;
                case (5 << 3) | WireFormat.LengthDelimited:
                    ContentType = reader.ReadBytes();
                    break;
                case (6 << 3) | WireFormat.LengthDelimited:
                    Payload = reader.ReadBytes();
                    break;
                case (7 << 3) | WireFormat.LengthDelimited:
                    Salt = reader.ReadBytes();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }
    }

    public ulong ReceivedUnixMicros { get; }

    public ReadOnlySpan<byte> Appender { get; }

    public ReadOnlySpan<byte> Producer { get; }

    public ulong ProducerSequence { get; }

    public ReadOnlySpan<byte> ContentType { get; }

    public ReadOnlySpan<byte> Payload { get; }

    public ReadOnlySpan<byte> Salt { get; }

    /// <summary>Reads an entry.</summary>
    /// <exception cref="RpcException">The bytes are not an entry.</exception>
    public static EntryView Parse(ReadOnlySpan<byte> entry) => new(entry);
}
