// Keeps the number of mapped segments of the whole store bounded: the least recently used one is unmapped.
// Owned by the store; used by all threads. The lock protects which segments are mapped, and nothing blocks under it.

using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Segments;

/// <summary>The mapped segments of a store.</summary>
/// <param name="mappedMax">
/// How many may be mapped. A segment that is read while it is unmapped stays in memory until that read ends, which is
/// microseconds later: readers hold access for one block at a time.
/// </param>
internal sealed class MappedSegments(IFileSystem fileSystem, int mappedMax) : IDisposable
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<SealedSegment> _mapped = [];

    // Counts mappings, and is the clock of "recently": what was used since the last mapping is equally recent.
    private long _round;
    private bool _isDisposed;

    public int MappedCount
    {
        get
        {
            lock (_gate)
            {
                return _mapped.Count;
            }
        }
    }

    internal bool TryEnter(SealedSegment segment, out SegmentAccess access)
    {
        while (true)
        {
            if (segment.Mapped is { } mapped && mapped.Map.TryAcquire(out MappedFileLease lease))
            {
                // Nearly always equal already: a plain read, so that readers on many cores do not fight for the line.
                long round = Volatile.Read(ref _round);
                if (mapped.LastUsed != round)
                {
                    mapped.LastUsed = round;
                }

                access = new SegmentAccess(mapped, lease);
                return true;
            }

            if (segment.IsClosed)
            {
                access = default;
                return false;
            }

            MapSlow(segment);
        }
    }

    internal void Close(SealedSegment segment)
    {
        MappedSegment? unmap;
        lock (_gate)
        {
            segment.IsClosed = true;
            unmap = Take(segment);
        }

        unmap?.Dispose();
    }

    /// <summary>Unmaps everything as soon as nobody reads it, and maps nothing more.</summary>
    public void Dispose()
    {
        List<MappedSegment?> unmap;
        lock (_gate)
        {
            _isDisposed = true;
            unmap = [.. _mapped.ToArray().Select(Take)];
        }

        foreach (MappedSegment? mapped in unmap)
        {
            mapped?.Dispose();
        }
    }

    private void MapSlow(SealedSegment segment)
    {
        MappedSegment opened = MappedSegment.Open(fileSystem, segment.Facts);
        MappedSegment? surplus = opened;
        MappedSegment? evicted = null;
        bool isDisposed;
        lock (_gate)
        {
            isDisposed = _isDisposed;
            if (!isDisposed && !segment.IsClosed && segment.Mapped is null)
            {
                if (_mapped.Count >= mappedMax)
                {
                    evicted = Take(LeastRecentlyUsed());
                }

                opened.LastUsed = ++_round;
                segment.Mapped = opened;
                _mapped.Add(segment);
                surplus = null;
            }
        }

        surplus?.Dispose();
        evicted?.Dispose();
        ObjectDisposedException.ThrowIf(isDisposed, this);
    }

    /// <summary>Looks at all of them: some microseconds, as often as a file is mapped, which costs more.</summary>
    private SealedSegment LeastRecentlyUsed()
    {
        SealedSegment oldest = _mapped[0];
        foreach (SealedSegment segment in _mapped)
        {
            if (segment.Mapped!.LastUsed < oldest.Mapped!.LastUsed)
            {
                oldest = segment;
            }
        }

        return oldest;
    }

    private MappedSegment? Take(SealedSegment segment)
    {
        MappedSegment? mapped = segment.Mapped;
        if (mapped is not null)
        {
            segment.Mapped = null;

            // The order does not matter: the last one takes the place of the one that goes.
            int at = _mapped.IndexOf(segment);
            _mapped[at] = _mapped[^1];
            _mapped.RemoveAt(_mapped.Count - 1);
        }

        return mapped;
    }
}
