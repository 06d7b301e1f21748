// Native memory for journal and segment buffers: aligned to pages, outside the collector's heap, counted.
// Owned by whoever allocated it; one owner at a time. unsafe: it is the border where a pointer becomes a span.

using System.Buffers;
using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Foundation;

/// <summary>A zeroed buffer of native memory that starts at a multiple of 4,096.</summary>
/// <remarks>Spans of it must not be used after Dispose; nobody else can check that for the owner. There is no
/// finalizer: it could free memory that a span still shows. A forgotten buffer leaks, and AllocatedBytes
/// tells.</remarks>
internal sealed unsafe class PinnedBuffer : MemoryManager<byte>
{
    /// <summary>A page: what O_DIRECT, huge pages and the journal's frames are aligned to.</summary>
    public const int Alignment = 4096;

    private static long s_allocatedBytes;
    private byte* _allocation;
    private byte* _start;

    private PinnedBuffer(byte* allocation, byte* start, int length)
    {
        _allocation = allocation;
        _start = start;
        Length = length;
    }

    /// <summary>Native bytes held by all buffers of the process: the memory limits are checked against it.</summary>
    public static long AllocatedBytes => Interlocked.Read(ref s_allocatedBytes);

    public int Length { get; }

    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_start is null, this);
            return new Span<byte>(_start, Length);
        }
    }

    /// <summary>Allocates zeroed memory.</summary>
    /// <param name="bytes">At least 1.</param>
    public static PinnedBuffer Allocate(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);

        // Zeroed by the kernel, page by page when it is first touched: a large buffer costs what is used of it.
        // Aligned here, because the aligned kind of allocation would have to be cleared, and that touches all of it.
        var allocation = (byte*)NativeMemory.AllocZeroed((nuint)bytes + Alignment - 1);
        var start = (byte*)(((nuint)allocation + Alignment - 1) & ~(nuint)(Alignment - 1));
        GC.AddMemoryPressure(bytes);
        Interlocked.Add(ref s_allocatedBytes, bytes);
        return new PinnedBuffer(allocation, start, bytes);
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose() => Dispose(disposing: true);

    public override Span<byte> GetSpan() => Span;

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, Length);
        return new MemoryHandle(_start + elementIndex, default, this);
    }

    public override void Unpin()
    {
        // Native memory never moves.
    }

    protected override void Dispose(bool disposing)
    {
        byte* allocation = _allocation;
        _allocation = null;
        _start = null;
        if (allocation is null)
        {
            return;
        }

        NativeMemory.Free(allocation);
        GC.RemoveMemoryPressure(Length);
        Interlocked.Add(ref s_allocatedBytes, -Length);
    }
}
