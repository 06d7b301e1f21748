// The body of a call with one request message. It knows its length and is sent together with the headers.
// Pure functions; any thread.

using Google.Protobuf;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

internal static class UnaryContent
{
    /// <summary>Frames one message. The bytes are the content's and not pooled: a cancelled send may go on.</summary>
    internal static ReadOnlyMemoryContent Create<T>(T message, int sendBytesMax, bool compress)
        where T : class, IMessage<T>
    {
        int length = message.CalculateSize();
        if (length > sendBytesMax)
        {
            throw MessageFrame.TooLarge("sent", length, sendBytesMax);
        }

        byte[] frame = new byte[MessageFrame.PrefixBytes + length];
        message.WriteTo(frame.AsSpan(MessageFrame.PrefixBytes));
        MessageFrame.WritePrefix(frame, isCompressed: false, length);
        ReadOnlyMemory<byte> body = compress ? Compressed(frame) : frame;
        ReadOnlyMemoryContent content = new(body);
        content.Headers.TryAddWithoutValidation(HeaderNames.ContentType, HeaderNames.GrpcContentType);
        return content;
    }

    private static ReadOnlyMemory<byte> Compressed(byte[] frame)
    {
        using GrowingBuffer buffer = new();
        GzipCodec.Compress(frame.AsSpan(MessageFrame.PrefixBytes), buffer);
        if (buffer.Count >= frame.Length - MessageFrame.PrefixBytes)
        {
            return frame;
        }

        byte[] smaller = new byte[MessageFrame.PrefixBytes + buffer.Count];
        MessageFrame.WritePrefix(smaller, isCompressed: true, buffer.Count);
        buffer.Written.CopyTo(smaller.AsMemory(MessageFrame.PrefixBytes));
        return smaller;
    }
}
