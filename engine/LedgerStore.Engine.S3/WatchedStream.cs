// The body of a PUT: reads through, and tells the watch. Owned by one attempt; one thread at a time.

namespace LedgerStore.Engine.S3;

/// <summary>A file as a body. It stays open: the next attempt reads it again.</summary>
internal sealed class WatchedStream(Stream file, StallWatch watch) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        watch.Progress();
        return file.Read(buffer);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        watch.Progress();
        return file.ReadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("a body is only read");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("a body is only read");
}
