// Pooled memory that grows up to a limit: where messages are compressed and decompressed.
// Owned by one reader or writer of one call; no thread of its own.

using System.Buffers;

namespace LedgerStore.Protocol.Grpc;

internal sealed class GrowingBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 4096;
    private byte[] array = [];

    internal int Count { get; private set; }

    internal ReadOnlyMemory<byte> Written => array.AsMemory(0, Count);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(array.Length - Count), nameof(count));
        Count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return array.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return array.AsSpan(Count);
    }

    /// <summary>Gives the memory back. The buffer is empty then and can be used again.</summary>
    public void Dispose()
    {
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        array = [];
        Count = 0;
    }

    private void Reserve(int sizeHint)
    {
        int needed = checked(Count + Math.Max(sizeHint, 1));
        if (needed <= array.Length)
        {
            return;
        }

        int doubled = (int)Math.Min(Array.MaxLength, array.Length * 2L);
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(FirstBytes, doubled)));
        array.AsSpan(0, Count).CopyTo(larger);
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        array = larger;
    }
}
