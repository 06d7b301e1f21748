// The five bytes before every message, and how much of a buffer is one message.
// Pure functions; any thread.
//
//   0        1                 5
//   +--------+-----------------+----------------+
//   | flags  | length (u32 BE) | length bytes   |      flags: 0 = as is, 1 = compressed with grpc-encoding
//   +--------+-----------------+----------------+

using System.Buffers;
using System.Buffers.Binary;

namespace LedgerStore.Protocol.Grpc;

internal static class MessageFrame
{
    internal const int PrefixBytes = 5;

    /// <summary>Writes the prefix of a message.</summary>
    internal static void WritePrefix(Span<byte> destination, bool isCompressed, int length)
    {
        destination[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)length);
    }

    /// <summary>
    /// Takes one message from the front of the buffer, without copying. False: it is not complete yet. The length is
    /// checked as soon as the prefix is there, so a message that is too large is refused before it is buffered.
    /// </summary>
    internal static bool TryTake(
        ref ReadOnlySequence<byte> buffer,
        int messageBytesMax,
        out ReadOnlySequence<byte> message,
        out bool isCompressed)
    {
        message = default;
        isCompressed = false;
        if (buffer.Length < PrefixBytes)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (buffer.FirstSpan.Length >= PrefixBytes)
        {
            buffer.FirstSpan[..PrefixBytes].CopyTo(prefix);
        }
        else
        {
            buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (prefix[0] > 1)
        {
            throw new RpcException(StatusCode.Internal, $"message flags 0x{prefix[0]:x2} are not those of gRPC")
            {
                IsMalformed = true,
            };
        }

        if (length > (uint)messageBytesMax)
        {
            throw TooLarge("received", length, messageBytesMax);
        }

        if (buffer.Length < PrefixBytes + (long)length)
        {
            return false;
        }

        isCompressed = prefix[0] == 1;
        message = buffer.Slice(PrefixBytes, length);
        buffer = buffer.Slice(message.End);
        return true;
    }

    internal static RpcException TooLarge(string direction, long length, int messageBytesMax) =>
        new(StatusCode.ResourceExhausted,
            $"{direction} message of {length:N0} bytes exceeds the limit of {messageBytesMax:N0}")
        {
            IsMessageTooLarge = true,
        };
}
