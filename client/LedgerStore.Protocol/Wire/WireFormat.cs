// The protobuf wire format, as far as the hot messages need it: tags, varints, and what is not legal.
// Pure functions; any thread.
//
//   message = { tag value }        tag = varint of (field number << 3 | wire type)
//   wire type 0: varint   1: 8 bytes, little-endian   2: varint length and that many bytes   5: 4 bytes

using System.Numerics;
using Grpc.Core;

namespace LedgerStore.Protocol.Wire;

internal static class WireFormat
{
    internal const int Varint = 0;
    internal const int Fixed64 = 1;
    internal const int LengthDelimited = 2;
    internal const int Fixed32 = 5;

    internal const int VarintBytesMax = 10;

    /// <summary>The bytes of a varint: seven bits each, at least one.</summary>
    internal static int VarintSize(ulong value) => (63 - BitOperations.LeadingZeroCount(value | 1)) / 7 + 1;

    /// <summary>The bytes of a field with a number below 16 and a varint; proto3 leaves out a zero.</summary>
    internal static int VarintFieldSize(ulong value) => value == 0 ? 0 : 1 + VarintSize(value);

    /// <summary>The bytes of a field with a number below 16 and bytes; proto3 leaves out an empty one.</summary>
    internal static int BytesFieldSize(int length) => length == 0 ? 0 : 1 + VarintSize((ulong)length) + length;

    internal static int WriteVarint(Span<byte> destination, ulong value)
    {
        int position = 0;
        while (value >= 0x80)
        {
            destination[position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[position] = (byte)value;
        return position + 1;
    }

    internal static int WriteVarintField(Span<byte> destination, int number, ulong value)
    {
        if (value == 0)
        {
            return 0;
        }

        destination[0] = (byte)((number << 3) | Varint);
        return 1 + WriteVarint(destination[1..], value);
    }

    /// <summary>Writes tag and length of a bytes field, even for length 0.</summary>
    internal static int WriteLength(Span<byte> destination, int number, int length)
    {
        destination[0] = (byte)((number << 3) | LengthDelimited);
        return 1 + WriteVarint(destination[1..], (ulong)length);
    }

    internal static int WriteBytesField(Span<byte> destination, int number, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return 0;
        }

        int head = WriteLength(destination, number, value.Length);
        value.CopyTo(destination[head..]);
        return head + value.Length;
    }

    /// <summary>The status that stock implementations answer to a message that does not parse.</summary>
    internal static RpcException Malformed(string what) =>
        new(new Status(
            StatusCode.Internal, $"a message is not valid protobuf: {what}", new InvalidDataException(what)));
}
