// The bytes of a simulated file, twice: as programs see them (the page cache) and as the disk holds them.
// Guarded by the lock of the file system that holds it.

using LedgerStore.Engine.Foundation;

namespace LedgerStore.Tests.Simulation;

/// <summary>A file as pages of 4,096 bytes that cache and disk share until one of them changes.</summary>
/// <remarks>
/// An array that both sides share is never written again (copy on write), so a crash copies pointers, not bytes.
/// Dirtiness is by page, as in the kernel; what a power cut tears is a sector of 512 bytes.
/// </remarks>
internal sealed class FileNode : SimulatedNode
{
    public const int PageBytes = 4096;
    public const int SectorBytes = 512;

    private const int LengthsRemembered = 16;

    private readonly List<int> _dirty = [];
    private readonly List<long> _lengths = [];
    private FilePage[] _pages = [];
    private long _durableLength;

    // False after a failed sync, although the lengths differ: then a later sync does not bring the length to the disk.
    private bool _isLengthDirty;

    public long Length { get; private set; }

    public int AllocatedPages { get; private set; }

    public bool IsDirty => _dirty.Count > 0 || _isLengthDirty;

    public bool IsReadOnly { get; set; }

    public bool IsLinked { get; set; } = true;

    public int Handles { get; set; }

    public int Maps { get; set; }

    /// <summary>Ranges that give EIO; null when there are none.</summary>
    public List<(long Start, long End)>? Unreadable { get; set; }

    /// <summary>Writes what there is room for, and returns how many bytes that was.</summary>
    public int Write(long offset, ReadOnlySpan<byte> bytes, ref long freePages)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            int within = (int)((offset + done) % PageBytes);
            int count = Math.Min(PageBytes - within, bytes.Length - done);
            int index = (int)((offset + done) / PageBytes);
            if (!TryTakePage(index, ref freePages))
            {
                break;
            }

            _pages[index].Write(within, bytes.Slice(done, count));
            MarkDirty(index);
            done += count;
        }

        if (done > 0 && offset + done > Length)
        {
            ChangeLength(offset + done);
        }
        else if (done > 0 && offset + done > _durableLength && !_isLengthDirty)
        {
            // A failed sync has lost the length. Pages that are written again bring it along, as ext4 and XFS do it.
            ChangeLength(Length);
        }

        return done;
    }

    public int Read(long offset, Span<byte> bytes)
    {
        int total = (int)Math.Clamp(Length - offset, 0, bytes.Length);
        int done = 0;
        while (done < total)
        {
            int within = (int)((offset + done) % PageBytes);
            int count = Math.Min(PageBytes - within, total - done);
            int index = (int)((offset + done) / PageBytes);
            byte[]? page = index < _pages.Length ? _pages[index].Cache : null;
            (page ?? FilePage.Zeros).AsSpan(within, count).CopyTo(bytes[done..]);
            done += count;
        }

        return total;
    }

    public bool IsUnreadable(long offset, long length)
    {
        if (Unreadable is { } ranges)
        {
            foreach ((long start, long end) in ranges)
            {
                if (offset < end && start < offset + length)
                {
                    return true;
                }
            }
        }

        return false;
    }

    public void SetLength(long length, ref long freePages)
    {
        if (length < Length)
        {
            int keep = (int)((length + PageBytes - 1) / PageBytes);
            for (int i = keep; i < _pages.Length; i++)
            {
                FreePage(i, ref freePages);
            }

            int within = (int)(length % PageBytes);
            if (within > 0 && keep <= _pages.Length && _pages[keep - 1].Cache is not null)
            {
                _pages[keep - 1].Write(within, FilePage.Zeros.AsSpan(within));
                MarkDirty(keep - 1);
            }
        }

        if (length != Length)
        {
            ChangeLength(length);
        }
    }

    /// <summary>Takes all the pages of the range or none.</summary>
    public bool TryAllocate(long offset, long length, ref long freePages)
    {
        int first = (int)(offset / PageBytes);
        int end = (int)((offset + length + PageBytes - 1) / PageBytes);
        int missing = 0;
        for (int i = first; i < end; i++)
        {
            missing += i < _pages.Length && _pages[i].Cache is not null ? 0 : 1;
        }

        if (missing > freePages)
        {
            return false;
        }

        for (int i = first; i < end; i++)
        {
            _ = TryTakePage(i, ref freePages);
        }

        if (offset + length > Length)
        {
            ChangeLength(offset + length);
        }

        return true;
    }

    /// <summary>A successful sync: the disk has what programs see (but for what an earlier failed sync lost).</summary>
    public void Sync()
    {
        foreach (int index in _dirty)
        {
            ref FilePage page = ref _pages[index];
            page.Disk = page.Cache;
            page.IsDirty = false;
        }

        _dirty.Clear();
        CleanLength(reached: true);
    }

    /// <summary>A failed sync: some sectors reached the disk, and from now on all pages count as clean.</summary>
    public void FailSync(SplitMix random)
    {
        int oneIn = random.Below(3);
        foreach (int index in _dirty)
        {
            ref FilePage page = ref _pages[index];
            page.WriteBack(() => random.OneIn(oneIn));
            page.IsDirty = false;
        }

        _dirty.Clear();
        if (Length >= _durableLength)
        {
            CleanLength(reached: random.OneIn(2));
        }

        // A cut is a change of metadata, not of pages: it stays to be written.
    }

    /// <summary>The kernel writes some pages back by itself, or parts of them: it may at any time.</summary>
    public void WriteBackSome(SplitMix random)
    {
        foreach (int index in _dirty)
        {
            ref FilePage page = ref _pages[index];
            page.WriteBack(() => random.OneIn(2));
        }
    }

    /// <summary>The file after a power cut, as the chooser decides sector by sector.</summary>
    /// <param name="garbage">When not null, a sector that was never written may hold garbage instead of zeros.</param>
    public FileNode Crash(ICrashChooser chooser, SplitMix? garbage)
    {
        FileNode after = new() { IsReadOnly = IsReadOnly };
        if (Unreadable is not null)
        {
            after.Unreadable = [.. Unreadable];
        }

        int lengths = _isLengthDirty ? _lengths.Count + 1 : 1;
        int chosen = lengths == 1 ? 0 : chooser.Choose(lengths);
        long length = chosen == 0 ? _durableLength : _lengths[chosen - 1];
        int pages = (int)((length + PageBytes - 1) / PageBytes);
        after.Length = after._durableLength = length;
        after._pages = new FilePage[pages];
        for (int i = 0; i < Math.Min(pages, _pages.Length); i++)
        {
            ref FilePage page = ref _pages[i];
            int limit = (int)Math.Min(PageBytes, length - ((long)i * PageBytes));
            byte[]? bytes = page.IsDirty
                ? page.Crash(limit, chooser, garbage)
                : page.Disk;
            bytes = FilePage.ZeroFrom(bytes, limit);
            after._pages[i] = new FilePage { Cache = bytes, Disk = bytes };
            after.AllocatedPages += bytes is null ? 0 : 1;
        }

        return after;
    }

    /// <summary>Changes bytes below the file system, on disk and in the cache: rot, or an attacker with a disk.
    /// </summary>
    public void Damage(long offset, ReadOnlySpan<byte> bytes)
    {
        long noLimit = long.MaxValue;
        bool wasDirty = IsDirty;
        Invariant.That(offset + bytes.Length <= Length, "damage is inside of the file");
        _ = Write(offset, bytes, ref noLimit);
        if (!wasDirty)
        {
            Sync();
        }
    }

    /// <summary>Gives the pages back when nobody can reach the file any more.</summary>
    public void FreeIfGone(ref long freePages)
    {
        if (!IsLinked && Handles == 0 && Maps == 0)
        {
            freePages += AllocatedPages;
            AllocatedPages = 0;
        }
    }

    private bool TryTakePage(int index, ref long freePages)
    {
        if (index >= _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(index + 1, _pages.Length * 2));
        }

        ref FilePage page = ref _pages[index];
        if (page.Cache is not null)
        {
            return true;
        }

        if (freePages <= 0)
        {
            return false;
        }

        freePages--;
        AllocatedPages++;
        page.Cache = FilePage.Zeros;
        MarkDirty(index);
        return true;
    }

    private void FreePage(int index, ref long freePages)
    {
        ref FilePage page = ref _pages[index];
        if (page.Cache is not null)
        {
            page.Cache = null;
            AllocatedPages--;
            freePages++;
            MarkDirty(index);
        }
    }

    private void MarkDirty(int index)
    {
        if (!_pages[index].IsDirty)
        {
            _pages[index].IsDirty = true;
            _dirty.Add(index);
        }
    }

    private void ChangeLength(long length)
    {
        Length = length;
        _isLengthDirty = true;
        if (_lengths.Count == LengthsRemembered)
        {
            _lengths.RemoveAt(LengthsRemembered / 2);
        }

        _lengths.Add(length);
    }

    private void CleanLength(bool reached)
    {
        if (_isLengthDirty && reached)
        {
            _durableLength = Length;
        }

        _isLengthDirty = false;
        _lengths.Clear();
    }
}
