// Entries as tests need them: with texts that may be no text. Pure.

using Google.Protobuf;

namespace LedgerStore.Tests.Client;

/// <summary>Writes the message Entry field by field, as protobuf does.</summary>
internal static class EntryBytes
{
    public static byte[] Of(
        ulong micros,
        ReadOnlySpan<byte> appender,
        ReadOnlySpan<byte> producer,
        ulong sequence,
        ReadOnlySpan<byte> contentType,
        ReadOnlySpan<byte> payload)
    {
        using MemoryStream bytes = new();
        using CodedOutputStream output = new(bytes);
        output.WriteTag(1, WireFormat.WireType.Fixed64);
        output.WriteFixed64(micros);
        Write(output, 2, appender);
        Write(output, 3, producer);
        if (sequence > 0)
        {
            output.WriteTag(4, WireFormat.WireType.Varint);
            output.WriteUInt64(sequence);
        }

        Write(output, 5, contentType);
        Write(output, 6, payload);
        output.Flush();
        return bytes.ToArray();
    }

    private static void Write(CodedOutputStream output, int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(value));
        }
    }
}
