// The envelope around a record (message Entry): written once by the store, byte for byte as Google.Protobuf does,
// because these bytes are what is hashed. Immutable; any thread.
//
//   09 time(8)  12 len appender  1a len producer  20 sequence  2a len content_type  32 len payload  3a len salt
//   \_ offset 0, always there: the time can be set after the rest, by whoever orders the entries

using System.Buffers.Binary;

namespace LedgerStore.Protocol.Wire;

/// <summary>What all entries of a batch have in common; texts are UTF-8.</summary>
public sealed class EntryEnvelope
{
    private const int TimeOffset = 1;
    private const int TimeFieldBytes = 9;
    private const int SequenceNumber = 4;
    private const int PayloadNumber = 6;
    private const int SaltNumber = 7;

    // Fields 2 and 3, then (after the sequence, which changes) field 5: encoded once, copied for each entry.
    private readonly byte[] before;
    private readonly byte[] after;

    public EntryEnvelope(ReadOnlySpan<byte> appender, ReadOnlySpan<byte> producer, ReadOnlySpan<byte> contentType)
    {
        before = new byte[WireFormat.BytesFieldSize(appender.Length) + WireFormat.BytesFieldSize(producer.Length)];
        int position = WireFormat.WriteBytesField(before, 2, appender);
        WireFormat.WriteBytesField(before.AsSpan(position), 3, producer);
        after = new byte[WireFormat.BytesFieldSize(contentType.Length)];
        WireFormat.WriteBytesField(after, 5, contentType);
    }

    /// <summary>The bytes of an entry.</summary>
    public int Size(ulong producerSequence, int payloadBytes, int saltBytes) =>
        TimeFieldBytes
        + before.Length
        + WireFormat.VarintFieldSize(producerSequence)
        + after.Length
        + WireFormat.BytesFieldSize(payloadBytes)
        + WireFormat.BytesFieldSize(saltBytes);

    /// <summary>
    /// Writes everything but the payload, and returns where that goes: the caller copies it there, from wherever it is.
    /// </summary>
    /// <param name="entry">Exactly <see cref="Size"/> bytes.</param>
    /// <param name="receivedUnixMicros">Not 0; may be set again with <see cref="SetTime"/>.</param>
    /// <param name="salt">16 bytes, or none.</param>
    public Span<byte> Write(
        Span<byte> entry,
        ulong receivedUnixMicros,
        ulong producerSequence,
        int payloadBytes,
        ReadOnlySpan<byte> salt)
    {
        ArgumentOutOfRangeException.ThrowIfZero(receivedUnixMicros);
        int position = WireFormat.WriteFixed64Field(entry, 1, receivedUnixMicros);
        before.CopyTo(entry[position..]);
        position += before.Length;
        position += WireFormat.WriteVarintField(entry[position..], SequenceNumber, producerSequence);
        after.CopyTo(entry[position..]);
        position += after.Length;
        if (payloadBytes > 0)
        {
            position += WireFormat.WriteLength(entry[position..], PayloadNumber, payloadBytes);
        }

        Span<byte> payload = entry.Slice(position, payloadBytes);
        position += payloadBytes;
        WireFormat.WriteBytesField(entry[position..], SaltNumber, salt);
        return payload;
    }

    /// <summary>Sets the time of an entry that was written before.</summary>
    public static void SetTime(Span<byte> entry, ulong receivedUnixMicros)
    {
        ArgumentOutOfRangeException.ThrowIfZero(receivedUnixMicros);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[TimeOffset..], receivedUnixMicros);
    }
}
