// Keeps the number of open segment files bounded: with 100,000 ledgers every one has an open segment, and nearly all
// of them are idle. The least recently used file is closed and opened again when it is wanted.
// Owned by the store; used by all threads under one lock, under which nothing blocks.

using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Segments;

/// <summary>The open segment files of a store.</summary>
/// <param name="openMax">How many stay open. Files in use are not closed, so short peaks exceed it.</param>
internal sealed class FilePool(IFileSystem fileSystem, int openMax) : IDisposable
{
    private readonly Lock _gate = new();

    // Guarded by _gate: the files that are open, the least recently used first.
    private readonly LinkedList<PooledFile> _open = [];

    public IFileSystem FileSystem => fileSystem;

    public int OpenCount
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Creates a file, 0600, which must not exist.</summary>
    public PooledFile Create(string path)
    {
        IFile file = fileSystem.Create(path, FileAccessMode.ReadWrite);
        return Add(new PooledFile(this, path, FileAccessMode.ReadWrite), file);
    }

    /// <summary>Opens a file that exists.</summary>
    public PooledFile Open(string path, FileAccessMode mode) =>
        Add(new PooledFile(this, path, mode), fileSystem.Open(path, mode));

    /// <summary>Closes everything. Who still uses a file closes it when done.</summary>
    public void Dispose()
    {
        List<PooledFile> open;
        lock (_gate)
        {
            open = [.. _open];
        }

        foreach (PooledFile file in open)
        {
            file.Dispose();
        }
    }

    /// <summary>Takes the file for one use; opens it if it was closed meanwhile.</summary>
    internal IFile Enter(PooledFile pooled)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(pooled.IsDisposed, pooled);
            if (pooled.File is { } file)
            {
                _open.Remove(pooled.Node);
                _open.AddLast(pooled.Node);
                pooled.Users++;
                return file;
            }
        }

        return EnterSlow(pooled);
    }

    internal void Exit(PooledFile pooled)
    {
        IFile? close = null;
        lock (_gate)
        {
            pooled.Users--;
            if (pooled.IsDisposed && pooled.Users == 0)
            {
                close = Take(pooled);
            }
        }

        close?.Dispose();
    }

    internal void Close(PooledFile pooled)
    {
        IFile? close = null;
        lock (_gate)
        {
            pooled.IsDisposed = true;
            if (pooled.Users == 0)
            {
                close = Take(pooled);
            }
        }

        close?.Dispose();
    }

    private PooledFile Add(PooledFile pooled, IFile file)
    {
        lock (_gate)
        {
            pooled.File = file;
            _open.AddLast(pooled.Node);
        }

        CloseIdle();
        return pooled;
    }

    private IFile EnterSlow(PooledFile pooled)
    {
        IFile opened = fileSystem.Open(pooled.Path, pooled.Mode);
        IFile? surplus = null;
        IFile file;
        lock (_gate)
        {
            if (pooled.IsDisposed || pooled.File is not null)
            {
                // Somebody else was faster, or it was closed for good.
                surplus = opened;
            }
            else
            {
                pooled.File = opened;
                _open.AddLast(pooled.Node);
            }

            file = pooled.File ?? opened;
            pooled.Users++;
        }

        surplus?.Dispose();
        if (pooled.IsDisposed)
        {
            Exit(pooled);
            throw new ObjectDisposedException(pooled.Path);
        }

        CloseIdle();
        return file;
    }

    /// <summary>Closes files that nobody uses until few enough are open.</summary>
    private void CloseIdle()
    {
        while (TakeIdle() is var (file, isDirty))
        {
            // A file with unsynced bytes is synced before its handle goes: an error of writing them back is reported
            // to handles that are open, and must not fall between two of them. A failure goes to the caller, who
            // poisons the store as for any failed sync.
            try
            {
                if (isDirty)
                {
                    file.Sync();
                }
            }
            finally
            {
                file.Dispose();
            }
        }
    }

    private (IFile File, bool IsDirty)? TakeIdle()
    {
        lock (_gate)
        {
            if (_open.Count <= openMax)
            {
                return null;
            }

            for (LinkedListNode<PooledFile>? node = _open.First; node is not null; node = node.Next)
            {
                if (node.Value.Users == 0)
                {
                    bool isDirty = node.Value.TakeDirty();
                    return (Take(node.Value)!, isDirty);
                }
            }

            return null;
        }
    }

    /// <summary>Takes the handle out, under the gate; the caller closes it outside.</summary>
    private IFile? Take(PooledFile pooled)
    {
        IFile? file = pooled.File;
        if (file is not null)
        {
            pooled.File = null;
            _open.Remove(pooled.Node);
        }

        return file;
    }
}
