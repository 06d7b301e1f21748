// A sealed file in memory, read-only. A page that cannot be read would kill the process, so pages are populated by a
// system call, which returns an error instead. unsafe: it is the border where an address becomes a span.
// Shared by all readers under leases.

using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Files;

/// <summary><see cref="IMappedFile"/> over mmap.</summary>
internal sealed unsafe class LinuxMappedFile : IMappedFile
{
    // A range of more than this is asked for as a whole before its pages are populated one after the other.
    private const int FewPagesBytes = 8 * 1024;

    private readonly LeaseCounter _leases;
    private byte* _start;

    private LinuxMappedFile(byte* start, long length, string path)
    {
        _start = start;
        Length = length;
        Path = path;
        _leases = new LeaseCounter(Unmap);
    }

    public string Path { get; }

    public long Length { get; }

    public static LinuxMappedFile Map(string path)
    {
        using FileDescriptor file = FileDescriptor.OpenRegular(
            StorageOperation.Open, path, LinuxNative.OpenReadOnly);
        long length = LinuxNative.Seek(file, 0, LinuxNative.SeekEnd);
        if (length < 0)
        {
            throw new StorageException(StorageOperation.Stat, Marshal.GetLastPInvokeError(), path);
        }

        if (length == 0)
        {
            return new LinuxMappedFile(null, 0, path);
        }

        // The map outlives the descriptor: thousands of segments are mapped, and descriptors are few.
        nint start = LinuxNative.Map(
            null, (nint)length, LinuxNative.ProtectionRead, LinuxNative.MapShared, file, 0);
        if (start == LinuxNative.MapFailed)
        {
            throw new StorageException(StorageOperation.Map, Marshal.GetLastPInvokeError(), path);
        }

        // Otherwise each cold page brings all that the disk's read-ahead allows, which is 8 MiB on some: 25 ms for a
        // proof that needs 30 KiB. Who reads on says so with WillNeed.
        _ = LinuxNative.AdviseMemory((byte*)start, (nint)length, LinuxNative.AdviceRandom);
        return new LinuxMappedFile((byte*)start, length, path);
    }

    public bool TryAcquire(out MappedFileLease lease)
    {
        bool acquired = _leases.TryAcquire();
        lease = acquired ? new MappedFileLease(_leases) : default;
        return acquired;
    }

    public bool TryPopulate(long offset, int length, out StorageException? error)
    {
        CheckRange(offset, length);
        error = null;
        if (length == 0)
        {
            return true;
        }

        byte* page = PageOf(offset);
        nint bytes = (nint)(_start + offset + length - page);
        if (length > FewPagesBytes)
        {
            _ = LinuxNative.AdviseMemory(page, bytes, LinuxNative.AdviceWillNeed);
        }

        while (LinuxNative.AdviseMemory(page, bytes, LinuxNative.AdvicePopulateRead) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno is not (FileErrno.Interrupted or FileErrno.TryAgain))
            {
                error = new StorageException(StorageOperation.Populate, errno, Path);
                return false;
            }
        }

        return true;
    }

    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        CheckRange(offset, length);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    public void Advise(FileAdvice advice, long offset, long length)
    {
        CheckRange(offset, length);
        long bytes = length == 0 ? Length - offset : length;
        if (bytes > 0)
        {
            byte* page = PageOf(offset);
            _ = LinuxNative.AdviseMemory(page, (nint)(_start + offset + bytes - page), LinuxFile.Number(advice));
        }
    }

    public void Dispose() => _leases.Close();

    private byte* PageOf(long offset) => _start + (offset & ~((long)Environment.SystemPageSize - 1));

    private void CheckRange(long offset, long length)
    {
        // Written so that no sum can overflow.
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        ObjectDisposedException.ThrowIf(_start is null && Length > 0, this);
    }

    private void Unmap()
    {
        byte* start = _start;
        _start = null;
        if (start is not null)
        {
            _ = LinuxNative.Unmap(start, (nint)Length);
        }
    }
}
