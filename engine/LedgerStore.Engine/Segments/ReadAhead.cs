// Tells the kernel what a sequential reader reads next, so that a cold disk works while the reader decodes.
// Owned by one scan, used by its thread.

namespace LedgerStore.Engine.Segments;

/// <summary>Keeps a window of the file ahead of the reader under way.</summary>
internal sealed class ReadAhead
{
    // At 1 GB/s of stored bytes 4 ms: longer than a disk needs to answer, and little memory if the reader stops.
    private const long WindowBytes = 4 * 1024 * 1024;

    private SegmentSource? _source;
    private long _askedTo;

    /// <summary>Called with each block before it is read.</summary>
    public void Advance(ref SegmentAccess access, SegmentSource source, in BlockPlace place)
    {
        if (source != _source)
        {
            _source = source;
            _askedTo = place.Offset;
        }

        if (place.Offset + (WindowBytes / 2) >= _askedTo)
        {
            long from = Math.Max(_askedTo, place.Offset);
            access.WillNeed(from, WindowBytes);
            _askedTo = from + WindowBytes;
        }
    }
}
