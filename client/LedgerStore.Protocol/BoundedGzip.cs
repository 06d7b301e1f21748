// gzip of single messages, which stops as soon as a message exceeds its limit: a bomb costs that much and no more.
// Stateless, but for its streams; any thread.

using System.Buffers.Binary;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace LedgerStore.Protocol;

/// <summary>The compression of gRPC messages on both sides.</summary>
/// <param name="messageBytesMax">The largest message, decompressed.</param>
internal sealed class BoundedGzip(int messageBytesMax) : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new Compressing(stream, compressionLevel ?? CompressionLevel.Fastest);

    public Stream CreateDecompressionStream(Stream stream) => new Decompressing(stream, messageBytesMax);

    /// <summary>Writes a whole gzip stream, also of nothing.</summary>
    private sealed class Compressing(Stream target, CompressionLevel level) : OneWayStream
    {
        // The framework's encoder makes no bytes at all of an empty message, which other decoders do not take.
        private static readonly byte[] Nothing =
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

        private readonly GZipStream gzip = new(target, level, leaveOpen: true);
        private bool isEmpty = true;

        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            isEmpty &= buffer.IsEmpty;
            gzip.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            if (isEmpty)
            {
                target.Write(Nothing);
            }

            gzip.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Reads until the limit, and knows the end of a stream from a cut one.</summary>
    private sealed class Decompressing : OneWayStream
    {
        private readonly int messageBytesMax;
        private readonly Tail source;
        private readonly GZipStream gzip;
        private long count;

        internal Decompressing(Stream compressed, int messageBytesMax)
        {
            this.messageBytesMax = messageBytesMax;
            source = new Tail(compressed);
            gzip = new GZipStream(source, CompressionMode.Decompress);
        }

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            try
            {
                int read = gzip.Read(buffer);
                count += read;
                if (read == 0)
                {
                    source.CheckEnd(count);
                }

                return count <= messageBytesMax ? read : throw TooLarge();
            }
            catch (InvalidDataException cause)
            {
                throw new RpcException(new Status(
                    StatusCode.Internal, "compressed message is not valid gzip", cause));
            }
        }

        protected override void Dispose(bool disposing)
        {
            gzip.Dispose();
            base.Dispose(disposing);
        }

        private RpcException TooLarge() => RpcException.Of(
            StatusCode.ResourceExhausted, $"message exceeds the limit of {messageBytesMax:N0} bytes once decompressed");
    }

    /// <summary>Passes bytes on and keeps the last ones: gzip ends with the size of what was compressed, and the
    /// framework's decoder takes a cut stream for a short one.</summary>
    private sealed class Tail(Stream inner) : OneWayStream
    {
        // Header 10, an empty deflate block 2, CRC and size 8.
        private const int GzipBytesMin = 20;
        private readonly byte[] last = new byte[sizeof(uint)];
        private long count;

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            count += read;
            ReadOnlySpan<byte> fresh = buffer[Math.Max(0, read - last.Length)..read];
            last.AsSpan(fresh.Length).CopyTo(last);
            fresh.CopyTo(last.AsSpan(last.Length - fresh.Length));
            return read;
        }

        internal void CheckEnd(long messageBytes)
        {
            // Nothing at all is what some implementations make of an empty message.
            bool isNothing = count == 0 && messageBytes == 0;
            bool isWhole = count >= GzipBytesMin
                && BinaryPrimitives.ReadUInt32LittleEndian(last) == (uint)messageBytes;
            if (!isNothing && !isWhole)
            {
                throw new InvalidDataException("cut, or more than one gzip stream");
            }
        }
    }
}
