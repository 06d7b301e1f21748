// A simulated map, stricter than the real one: it fails a test that reads without a lease or without populating,
// where the real one would sometimes end the process. Shared by all readers.

using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

/// <summary><see cref="IMappedFile"/> in memory.</summary>
internal sealed class SimulatedMappedFile : IMappedFile
{
    // What a reader sees that kept a span and returned its lease.
    private const byte Unmapped = 0xDD;

    private readonly SimulatedFileSystem _owner;
    private readonly FileNode _node;
    private readonly LeaseCounter _leases;
    private readonly byte[] _bytes;
    private readonly bool[] _populated;

    public SimulatedMappedFile(SimulatedFileSystem owner, FileNode node, string path)
    {
        _owner = owner;
        _node = node;
        Path = path;
        Length = node.Length;
        _bytes = new byte[node.Length];
        _populated = new bool[(node.Length + FileNode.PageBytes - 1) / FileNode.PageBytes];
        _leases = new LeaseCounter(Release);

        // The owner creates this under its lock.
        node.Maps++;
    }

    public string Path { get; }

    public long Length { get; }

    public bool TryAcquire(out MappedFileLease lease)
    {
        bool acquired = _leases.TryAcquire();
        lease = acquired ? new MappedFileLease(_leases) : default;
        return acquired;
    }

    public bool TryPopulate(long offset, int length, out StorageException? error)
    {
        Check(offset, length);
        error = null;
        if (length == 0)
        {
            return true;
        }

        // Whole pages, as the kernel does.
        long start = offset / FileNode.PageBytes * FileNode.PageBytes;
        long roundedUp = (offset + length + FileNode.PageBytes - 1) / FileNode.PageBytes * FileNode.PageBytes;
        long end = Math.Min(Length, roundedUp);
        int errno = _owner.Populate(Path, _node, start, _bytes.AsSpan((int)start, (int)(end - start)));
        if (errno != 0)
        {
            error = new StorageException(StorageOperation.Populate, errno, Path);
            return false;
        }

        int pages = (int)((end - start + FileNode.PageBytes - 1) / FileNode.PageBytes);
        _populated.AsSpan((int)(start / FileNode.PageBytes), pages).Fill(true);
        return true;
    }

    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        Check(offset, length);
        for (long at = offset; at < offset + length; at = ((at / FileNode.PageBytes) + 1) * FileNode.PageBytes)
        {
            if (!_populated[at / FileNode.PageBytes])
            {
                throw new InvalidOperationException($"'{Path}' at {at}: read through a map, never populated");
            }
        }

        return _bytes.AsSpan((int)offset, length);
    }

    public void Advise(FileAdvice advice, long offset, long length) => Check(offset, length);

    public void Dispose() => _leases.Close();

    private void Check(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        ObjectDisposedException.ThrowIf(_leases.IsClosed && _leases.Count == 0, this);
        if (_leases.Count == 0)
        {
            throw new InvalidOperationException($"'{Path}': read through a map without a lease");
        }
    }

    private void Release()
    {
        _bytes.AsSpan().Fill(Unmapped);
        _owner.Unmapped(_node);
    }
}
