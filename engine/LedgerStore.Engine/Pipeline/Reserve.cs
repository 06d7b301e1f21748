// Space that is kept back: a preallocated file that gives way, step by step, when the disk is full.
// Any thread, under its lock; DiskSpace alone makes it larger.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Pipeline;

/// <summary>What the calling thread may take of the reserve. Set for the time of some work, by ReserveScope.</summary>
internal enum ReserveRight
{
    /// <summary>All but what is kept for expiry and a start: writing what was accepted.</summary>
    Accepted,

    /// <summary>Everything: expiry, and a recovery.</summary>
    Everything,

    /// <summary>Nothing: work that only makes the store larger.</summary>
    Nothing,
}

/// <summary>The reserve file.</summary>
/// <remarks>Allocated and not only counted: space that is free can be taken by anybody at any moment, this cannot.
/// </remarks>
internal sealed class Reserve(IFileSystem files, string path, Backlog backlog)
{
    [ThreadStatic]
    private static ReserveRight s_right;

    private readonly Lock _lock = new();
    private bool _isKnown;

    /// <summary>What the reserve is for.</summary>
    public Backlog Backlog => backlog;

    /// <summary>Told when it gave something, with the failure that made it give. Any thread.</summary>
    public Action<StorageException> OnGiven { get; set; } = static _ => { };

    /// <summary>What the calling thread may take.</summary>
    public static ReserveRight Right
    {
        get => s_right;
        set => s_right = value;
    }

    /// <summary>Bytes that it has.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
            {
                Know();
                return backlog.Held;
            }
        }
    }

    /// <summary>Gives a step of the space to whoever writes next: to the caller, who found none.</summary>
    /// <returns>False when he may not have any more of it.</returns>
    public bool TryGive(StorageException full)
    {
        if (s_right == ReserveRight.Nothing)
        {
            return false;
        }

        lock (_lock)
        {
            Know();
            SpaceBudget budget = backlog.Budget;
            if (full.Errno == FileErrno.NoSpace && files.FreeBytes(path) > budget.StepBytes)
            {
                // It is not bytes that are used up: inodes, most likely.
                return false;
            }

            long floor = s_right == ReserveRight.Everything ? 0 : budget.KeptBytes;
            long given = Math.Min(budget.StepBytes, backlog.Held - floor);
            if (given <= 0)
            {
                return false;
            }

            SetLength(backlog.Held - given);
        }

        OnGiven(full);
        return true;
    }

    /// <summary>Makes it so large, allocated from its first byte to its last.</summary>
    /// <exception cref="StorageException">With IsNoSpace it is as large as it was.</exception>
    public void Resize(long bytes)
    {
        lock (_lock)
        {
            Know();
            if (bytes < backlog.Held)
            {
                SetLength(bytes);
            }

            using IFile file = files.Exists(path)
                ? files.Open(path, FileAccessMode.ReadWrite)
                : files.Create(path, FileAccessMode.ReadWrite);
            if (bytes > 0)
            {
                file.Allocate(0, bytes);
            }

            backlog.Held = bytes;
        }
    }

    // At first nobody knows what the last process left: then the file decides.
    private void Know()
    {
        if (_isKnown)
        {
            return;
        }

        _isKnown = true;
        if (files.Exists(path))
        {
            using IFile file = files.Open(path, FileAccessMode.ReadOnly);
            backlog.Held = file.Length;
        }
    }

    private void SetLength(long bytes)
    {
        using IFile file = files.Open(path, FileAccessMode.ReadWrite);
        file.SetLength(bytes);
        backlog.Held = bytes;
    }
}
