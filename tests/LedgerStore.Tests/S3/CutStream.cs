// A body that ends in an error after a number of bytes. One thread at a time.

using LedgerStore.Protocol;

namespace LedgerStore.Tests.S3;

internal sealed class CutStream(Stream inner, long bytes) : OneWayStream
{
    private long _left = bytes;

    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left <= 0)
        {
            throw new IOException("cut");
        }

        int read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}
