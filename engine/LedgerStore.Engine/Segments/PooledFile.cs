// One segment file that may be closed while nobody uses it. Owned by its segment; any thread uses it.

using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Segments;

/// <summary>A file of a <see cref="FilePool"/>.</summary>
internal sealed class PooledFile : IDisposable
{
    private readonly FilePool _pool;

    // 1 from a write until a sync that began after it.
    private int _dirty;

    internal PooledFile(FilePool pool, string path, FileAccessMode mode)
    {
        _pool = pool;
        Path = path;
        Mode = mode;
        Node = new LinkedListNode<PooledFile>(this);
    }

    public string Path { get; }

    /// <summary>How the file is opened when it is wanted again.</summary>
    public FileAccessMode Mode { get; private set; }

    // These belong to the pool, guarded by its gate. IsDisposed only ever becomes true.
    internal LinkedListNode<PooledFile> Node { get; }

    internal IFile? File { get; set; }

    internal int Users { get; set; }

    internal bool IsDisposed { get; set; }

    /// <summary>The file for one use. Dispose it soon: it is not closed meanwhile.</summary>
    public FileUse Use() => new(_pool.Enter(this), this);

    /// <summary>Writes bytes; they are synced before the file is closed, if nobody does it earlier.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        using FileUse use = Use();

        // Before the write: who sees 0 has a sync ahead of him that began after any earlier write.
        Volatile.Write(ref _dirty, 1);
        use.File.Write(offset, bytes);
    }

    public void Sync()
    {
        using FileUse use = Use();
        TakeDirty();
        use.File.Sync();
    }

    public void SetLength(long length)
    {
        using FileUse use = Use();
        Volatile.Write(ref _dirty, 1);
        use.File.SetLength(length);
    }

    /// <summary>Nothing is written any more: from now on it is opened for reading, which is all that a sealed file
    /// allows.</summary>
    public void EndWriting() => Mode = FileAccessMode.ReadOnly;

    /// <summary>Closes the file as soon as nobody uses it. It is not synced: that is for who wrote it.</summary>
    public void Dispose() => _pool.Close(this);

    internal bool TakeDirty() => Interlocked.Exchange(ref _dirty, 0) != 0;

    internal void Leave() => _pool.Exit(this);
}
