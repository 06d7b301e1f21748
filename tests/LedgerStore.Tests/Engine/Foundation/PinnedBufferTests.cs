// Native memory: aligned, zeroed, counted, and given back once.

using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LedgerStore.Engine.Foundation;
using Xunit;

namespace LedgerStore.Tests.Engine.Foundation;

public sealed class PinnedBufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4_095)]
    [InlineData(4_096)]
    [InlineData(5_000_000)]
    public void It_is_zeroed_and_starts_at_a_page(int bytes)
    {
        for (int round = 0; round < 3; round++)
        {
            using PinnedBuffer buffer = PinnedBuffer.Allocate(bytes);
            Assert.Equal(bytes, buffer.Length);
            Assert.False(buffer.Span.ContainsAnyExcept((byte)0));
            Assert.Equal(0, AddressOf(buffer) % PinnedBuffer.Alignment);
            buffer.Span.Fill(0xFF);
        }
    }

    [Fact]
    public void Memory_and_span_show_the_same_bytes_and_pinning_gives_their_address()
    {
        using PinnedBuffer buffer = PinnedBuffer.Allocate(100);
        buffer.Memory.Span[99] = 7;
        Assert.Equal(7, buffer.Span[99]);
        Assert.Equal(100, buffer.Memory.Length);
        using MemoryHandle handle = buffer.Memory.Pin();
        Assert.ThrowsAny<ArgumentException>(() => buffer.Pin(101));
    }

    [Fact]
    public void A_disposed_buffer_gives_no_span()
    {
        PinnedBuffer buffer = PinnedBuffer.Allocate(100);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => buffer.Pin(0));
    }

    [Fact]
    public void Bytes_are_counted_until_they_are_given_back()
    {
        // Other tests allocate at the same time, but far less than this.
        const int Bytes = 200_000_000;
        PinnedBuffer buffer = PinnedBuffer.Allocate(Bytes);
        long with = PinnedBuffer.AllocatedBytes;
        buffer.Dispose();
        Assert.InRange(with, Bytes, long.MaxValue);
        Assert.InRange(PinnedBuffer.AllocatedBytes, 0, with - (Bytes / 2));
    }

    [Fact]
    public void No_bytes_are_our_bug() =>
        Assert.ThrowsAny<ArgumentException>(() => PinnedBuffer.Allocate(0));

    private static long AddressOf(PinnedBuffer buffer)
    {
        ref byte first = ref MemoryMarshal.GetReference(buffer.Span);
        return (long)Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref first);
    }
}
