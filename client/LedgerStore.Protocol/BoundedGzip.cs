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
        private static readonly byte[] s_nothing =
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

        private readonly GZipStream _gzip = new(target, level, leaveOpen: true);
        private bool _isEmpty = true;

        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _isEmpty &= buffer.IsEmpty;
            _gzip.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            if (_isEmpty)
            {
                target.Write(s_nothing);
            }

            _gzip.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Reads until the limit, and knows the end of a stream from a cut one.</summary>
    private sealed class Decompressing : OneWayStream
    {
        private readonly int _messageBytesMax;
        private readonly Tail _source;
        private readonly GZipStream _gzip;
        private long _count;

        internal Decompressing(Stream compressed, int messageBytesMax)
        {
            _messageBytesMax = messageBytesMax;
            _source = new Tail(compressed);
            _gzip = new GZipStream(_source, CompressionMode.Decompress);
        }

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            try
            {
                int read = _gzip.Read(buffer);
                _count += read;
                if (read == 0)
                {
                    _source.CheckEnd(_count);
                }

                return _count <= _messageBytesMax ? read : throw TooLarge();
            }
            catch (InvalidDataException cause)
            {
                throw new RpcException(new Status(
                    StatusCode.Internal, "compressed message is not valid gzip", cause));
            }
        }

        protected override void Dispose(bool disposing)
        {
            _gzip.Dispose();
            base.Dispose(disposing);
        }

        private RpcException TooLarge() => RpcException.Of(
            StatusCode.ResourceExhausted,
            $"message exceeds the limit of {_messageBytesMax:N0} bytes once decompressed");
    }

    /// <summary>Passes bytes on and keeps the last ones: gzip ends with the size of what was compressed, and the
    /// framework's decoder takes a cut stream for a short one.</summary>
    private sealed class Tail(Stream inner) : OneWayStream
    {
        // Header 10, an empty deflate block 2, CRC and size 8.
        private const int GzipBytesMin = 20;
        private readonly byte[] _last = new byte[sizeof(uint)];
        private long _count;

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            _count += read;
            ReadOnlySpan<byte> fresh = buffer[Math.Max(0, read - _last.Length)..read];
            _last.AsSpan(fresh.Length).CopyTo(_last);
            fresh.CopyTo(_last.AsSpan(_last.Length - fresh.Length));
            return read;
        }

        internal void CheckEnd(long messageBytes)
        {
            // Nothing at all is what some implementations make of an empty message.
            bool isNothing = _count == 0 && messageBytes == 0;
            bool isWhole = _count >= GzipBytesMin
                && BinaryPrimitives.ReadUInt32LittleEndian(_last) == (uint)messageBytes;
            if (!isNothing && !isWhole)
            {
                throw new InvalidDataException("cut, or more than one gzip stream");
            }
        }
    }
}
