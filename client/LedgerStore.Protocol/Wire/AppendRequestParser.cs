// Reads AppendRequest in place: the payload stays where the message is, the lengths go to an array that is kept.
// Owned by one stream, used by one thread; one parser for all messages of the stream.

using Grpc.Core;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Protocol.Wire;

/// <summary>An append request without objects. What it shows is valid until the next <see cref="Parse"/>.</summary>
public sealed class AppendRequestParser
{
    private const uint LedgerTag = (1 << 3) | WireFormat.LengthDelimited;
    private const uint ProducerTag = (2 << 3) | WireFormat.LengthDelimited;
    private const uint FirstSequenceTag = (3 << 3) | WireFormat.Varint;
    private const uint ExpectedSizeTag = (4 << 3) | WireFormat.Varint;
    private const uint ContentTypeTag = (5 << 3) | WireFormat.LengthDelimited;
    private const uint AckTag = (6 << 3) | WireFormat.Varint;
    private const uint PackedLengthsTag = (7 << 3) | WireFormat.LengthDelimited;
    private const uint LengthTag = (7 << 3) | WireFormat.Varint;
    private const uint PayloadTag = (8 << 3) | WireFormat.LengthDelimited;

    private const int FirstLengths = 64;

    private readonly int _recordsMax;
    private CachedText _ledger;
    private CachedText _producer;
    private CachedText _contentType;
    private int[] _lengths;
    private int _count;

    /// <param name="recordsMax">More records in one request than this are refused.</param>
    public AppendRequestParser(int recordsMax)
    {
        _recordsMax = recordsMax;
        _lengths = new int[Math.Min(FirstLengths, recordsMax)];
    }

    public string Ledger { get; private set; } = string.Empty;

    /// <summary>Empty: no producer is named.</summary>
    public string Producer { get; private set; } = string.Empty;

    public ulong FirstSequence { get; private set; }

    public ulong? ExpectedSize { get; private set; }

    public string ContentType { get; private set; } = string.Empty;

    public Ack Ack { get; private set; }

    /// <summary>The lengths of the records; they add up to the payload.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, _count);

    /// <summary>The records, one after the other, where the message is.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>Reads a message and checks that its lengths are true.</summary>
    public void Parse(ReadOnlyMemory<byte> message)
    {
        Clear();
        SpanFieldReader reader = new(message.Span);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case LedgerTag:
                    Ledger = _ledger.Read(reader.ReadBytes());
                    break;
                case ProducerTag:
                    Producer = _producer.Read(reader.ReadBytes());
                    break;
                case FirstSequenceTag:
                    FirstSequence = reader.ReadVarint();
                    break;
                case ExpectedSizeTag:
                    ExpectedSize = reader.ReadVarint();
                    break;
                case ContentTypeTag:
                    ContentType = _contentType.Read(reader.ReadBytes());
                    break;
                case AckTag:
                    Ack = (Ack)(int)reader.ReadVarint();
                    break;
                case PackedLengthsTag:
                    AddPacked(reader.ReadBytes());
                    break;
                case LengthTag:
                    Add(reader.ReadVarint());
                    break;
                case PayloadTag:
                    Payload = reader.ReadBytes(message);
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        CheckLengths();
    }

    /// <summary>Lets go of the message. Texts that were decoded are kept for the next one.</summary>
    public void Clear()
    {
        Ledger = string.Empty;
        Producer = string.Empty;
        FirstSequence = 0;
        ExpectedSize = null;
        ContentType = string.Empty;
        Ack = Ack.Durable;
        Payload = default;
        _count = 0;
    }

    private void AddPacked(ReadOnlySpan<byte> values)
    {
        SpanFieldReader reader = new(values);
        while (reader.RestBytes > 0)
        {
            Add(reader.ReadVarint());
        }
    }

    private void Add(ulong length)
    {
        if (length > int.MaxValue)
        {
            throw RpcException.Because(
                StatusCode.InvalidArgument, "BAD_LENGTHS", $"a record of {length:N0} bytes cannot be in this request");
        }

        if (_count == _lengths.Length)
        {
            GrowSlow();
        }

        _lengths[_count++] = (int)length;
    }

    private void GrowSlow()
    {
        if (_count >= _recordsMax)
        {
            throw RpcException.Because(
                StatusCode.InvalidArgument, "TOO_MANY_RECORDS",
                $"a request has more than the {_recordsMax:N0} records allowed; send several requests",
                ("limit", _recordsMax.ToString()));
        }

        Array.Resize(ref _lengths, Math.Min(_recordsMax, _lengths.Length * 4));
    }

    private void CheckLengths()
    {
        long sum = 0;
        foreach (int length in Lengths)
        {
            sum += length;
        }

        if (sum != Payload.Length)
        {
            throw RpcException.Because(
                StatusCode.InvalidArgument, "BAD_LENGTHS",
                $"the lengths of {_count:N0} records add up to {sum:N0}, but the payload has "
                + $"{Payload.Length:N0} bytes");
        }
    }
}
