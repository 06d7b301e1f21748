// gzip of single messages. Decompression stops as soon as it exceeds the message limit: a bomb costs that much and no
// more. Pure functions; any thread.

using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace LedgerStore.Protocol.Grpc;

internal static class GzipCodec
{
    private const int StepBytes = 16 * 1024;

    // Header 10, an empty deflate block 2, CRC and size 8.
    private const int GzipBytesMin = 20;

    internal static void Compress(ReadOnlySpan<byte> message, GrowingBuffer compressed)
    {
        using BufferStream target = new(compressed);
        using GZipStream gzip = new(target, CompressionLevel.Fastest);
        gzip.Write(message);
    }

    internal static void Decompress(ReadOnlySequence<byte> compressed, int messageBytesMax, GrowingBuffer message)
    {
        if (compressed.IsEmpty)
        {
            // What some implementations, the framework's encoder among them, make of an empty message.
            return;
        }

        using SequenceStream source = new(compressed);
        using GZipStream gzip = new(source, CompressionMode.Decompress);
        try
        {
            while (true)
            {
                int room = Math.Min(StepBytes, messageBytesMax - message.Count + 1);
                int count = gzip.Read(message.GetSpan(room)[..room]);
                if (count == 0)
                {
                    CheckEnd(compressed, message.Count);
                    return;
                }

                message.Advance(count);
                if (message.Count > messageBytesMax)
                {
                    throw new RpcException(
                        StatusCode.ResourceExhausted,
                        $"message exceeds the limit of {messageBytesMax:N0} bytes once decompressed")
                    {
                        IsMessageTooLarge = true,
                    };
                }
            }
        }
        catch (InvalidDataException cause)
        {
            throw new RpcException(StatusCode.Internal, "compressed message is not valid gzip", cause)
            {
                IsMalformed = true,
            };
        }
    }

    // The framework's decoder takes a cut stream for a short one. gzip ends with the size of what was compressed.
    private static void CheckEnd(ReadOnlySequence<byte> compressed, int count)
    {
        Span<byte> size = stackalloc byte[sizeof(uint)];
        if (compressed.Length < GzipBytesMin)
        {
            throw new InvalidDataException("shorter than any gzip stream");
        }

        compressed.Slice(compressed.Length - size.Length).CopyTo(size);
        if (BinaryPrimitives.ReadUInt32LittleEndian(size) != (uint)count)
        {
            throw new InvalidDataException("cut, or more than one gzip stream");
        }
    }

    /// <summary>Where the gzip encoder writes to.</summary>
    private sealed class BufferStream(GrowingBuffer buffer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] source, int offset, int count) => Write(source.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> source)
        {
            source.CopyTo(buffer.GetSpan(source.Length));
            buffer.Advance(source.Length);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] target, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
