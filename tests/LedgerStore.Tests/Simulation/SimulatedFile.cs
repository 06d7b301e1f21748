// A handle of a simulated file. Owned by whoever opened it; the file system's lock guards the bytes.

using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

/// <summary><see cref="IFile"/> in memory.</summary>
internal sealed class SimulatedFile : IFile
{
    private readonly SimulatedFileSystem _owner;
    private bool _isDisposed;

    public SimulatedFile(SimulatedFileSystem owner, FileNode node, string path, FileAccessMode mode)
    {
        _owner = owner;
        Node = node;
        Path = path;
        IsWritable = mode == FileAccessMode.ReadWrite;

        // The owner creates this under its lock.
        node.Handles++;
    }

    public FileNode Node { get; }

    public bool IsWritable { get; }

    public string Path { get; }

    public long Length
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _owner.LengthOf(this);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (bytes.Length > 0)
        {
            _owner.Write(this, offset, bytes);
        }
    }

    public int Read(long offset, Span<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return bytes.Length == 0 ? 0 : _owner.Read(this, offset, bytes);
    }

    public void Sync()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _owner.Sync(this);
    }

    public void SetLength(long length)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _owner.SetLength(this, length);
    }

    public void Allocate(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _owner.Allocate(this, offset, length);
    }

    public void Advise(FileAdvice advice, long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _owner.Closed(Node);
        }
    }
}
