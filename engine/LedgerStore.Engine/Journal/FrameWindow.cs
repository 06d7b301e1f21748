// Reads a journal file forward through one buffer, so that looking at every page does not cost a call for each.
// Owned by whoever scans; one thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>A sliding window over a file.</summary>
internal sealed class FrameWindow(IFile file, long fileBytes) : IDisposable
{
    /// <summary>The most that one Read may ask for.</summary>
    public const int ReadBytesMax = 512 * 1024;
    private const int WindowBytes = 1024 * 1024;

    private readonly PinnedBuffer _buffer = PinnedBuffer.Allocate((int)Math.Min(WindowBytes, Math.Max(fileBytes, 1)));
    private long _start;
    private int _length;

    /// <summary>The bytes at the offset; fewer at the end of the file. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Read(long offset, int count)
    {
        Invariant.That(count <= ReadBytesMax, "a window read is bounded");
        if (offset < _start || offset + count > _start + _length)
        {
            _start = offset;
            _length = file.Read(offset, _buffer.Span);
        }

        int from = (int)(offset - _start);
        return _buffer.Span.Slice(from, Math.Clamp(_length - from, 0, count));
    }

    public void Dispose() => _buffer.Dispose();
}
