// A file system in memory that models what a power cut, a failing disk and a full disk do to a store.
// Deterministic: the same seed and the same calls give the same run. One lock guards everything, so any thread may
// call.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Tests.Simulation;

/// <summary>How a simulated file system behaves.</summary>
internal sealed record SimulatedOptions
{
    public ulong Seed { get; init; } = 1;

    /// <summary>Space of the disk; pages of 4,096 bytes are counted.</summary>
    public long CapacityBytes { get; init; } = 1L << 40;

    /// <summary>One in so many mutating calls is followed by write-back of some dirty pages; 0 means never.</summary>
    public int WriteBackOneIn { get; init; }

    /// <summary>A failed sync of a directory drops names that can still be seen, so that no later sync keeps them.
    /// File systems with a journal do not: a name that is not durable stays to be written, or the file system stops.
    /// </summary>
    public bool FailedSyncDropsNames { get; init; } = true;

    /// <summary>A lost sector that was never written may hold garbage instead of zeros.</summary>
    public bool GarbageInLostSectors { get; init; }
}

/// <summary><see cref="IFileSystem"/> with <see cref="Crash(ICrashChooser)"/>.</summary>
internal sealed partial class SimulatedFileSystem : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly HashSet<FileNode> _locks = [];
    private readonly Dictionary<FileNode, int> _sharedLocks = [];
    private readonly HashSet<FileNode> _dirty = [];
    private readonly DirectoryChanges _changes = new();
    private readonly DirectoryNode _root = new();
    private readonly SplitMix _random;
    private long _freePages;

    public SimulatedFileSystem(SimulatedOptions options)
    {
        Options = options;
        _random = new SplitMix(options.Seed);
        _freePages = options.CapacityBytes / FileNode.PageBytes;
    }

    public SimulatedOptions Options { get; }

    /// <summary>Mounted read-only: everything that changes something fails with EROFS.</summary>
    public bool IsReadOnly { get; set; }

    public IFile Create(string path, FileAccessMode mode)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Create, path);
            DirectorySlot slot = SlotOf(StorageOperation.Create, path);
            if (slot.Directory.Find(slot.Name) is not null)
            {
                throw new StorageException(StorageOperation.Create, FileErrno.Exists, path);
            }

            FileNode node = new();
            Change(new DirectoryChange(null, slot, node));
            Leave();
            return new SimulatedFile(this, node, path, mode);
        }
    }

    public IFile Open(string path, FileAccessMode mode)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Open, path);
            FileNode node = FileAt(StorageOperation.Open, path);
            bool writes = mode == FileAccessMode.ReadWrite;
            ThrowIf(writes && IsReadOnly, StorageOperation.Open, FileErrno.ReadOnlyFileSystem, path);
            ThrowIf(writes && node.IsReadOnly, StorageOperation.Open, FileErrno.AccessDenied, path);
            Leave();
            return new SimulatedFile(this, node, path, mode);
        }
    }

    public IMappedFile MapReadOnly(string path)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Map, path);
            FileNode node = FileAt(StorageOperation.Map, path);
            Leave();
            return new SimulatedMappedFile(this, node, path);
        }
    }

    public IDisposable Lock(string path)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Lock, path);
            DirectorySlot slot = SlotOf(StorageOperation.Lock, path);
            if (slot.Directory.Find(slot.Name) is not FileNode node)
            {
                ThrowIf(IsReadOnly, StorageOperation.Lock, FileErrno.ReadOnlyFileSystem, path);
                node = new FileNode();
                Change(new DirectoryChange(null, slot, node));
            }

            if (_sharedLocks.ContainsKey(node) || !_locks.Add(node))
            {
                throw new DataDirectoryInUseException(path, Environment.ProcessId);
            }

            Leave();
            return new HeldLock(this, node);
        }
    }

    public IDisposable LockShared(string path)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Lock, path);
            FileNode node = FileAt(StorageOperation.Lock, path);
            if (_locks.Contains(node))
            {
                throw new DataDirectoryInUseException(path, Environment.ProcessId);
            }

            _sharedLocks[node] = _sharedLocks.GetValueOrDefault(node) + 1;
            Leave();
            return new HeldSharedLock(this, node);
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.CreateDirectory, path))
            {
                DirectorySlot slot = SlotOf(StorageOperation.CreateDirectory, path);
                bool exists = slot.Directory.Find(slot.Name) is not null;
                ThrowIf(exists, StorageOperation.CreateDirectory, FileErrno.Exists, path);
                Change(new DirectoryChange(null, slot, new DirectoryNode()));
            }

            Leave();
        }
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.Rename, from))
            {
                DirectorySlot source = SlotOf(StorageOperation.Rename, from);
                DirectorySlot target = SlotOf(StorageOperation.Rename, to);
                SimulatedNode node = source.Directory.Find(source.Name)
                    ?? throw new StorageException(StorageOperation.Rename, FileErrno.NotFound, from);
                SimulatedNode? replaced = target.Directory.Find(target.Name);
                if (!ReferenceEquals(node, replaced))
                {
                    CheckReplacement(node, replaced, from);
                    Unlink(replaced);
                    Change(new DirectoryChange(source, target, node));
                }
            }

            Leave();
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.Delete, path))
            {
                DirectorySlot slot = SlotOf(StorageOperation.Delete, path);
                SimulatedNode node = slot.Directory.Find(slot.Name)
                    ?? throw new StorageException(StorageOperation.Delete, FileErrno.NotFound, path);
                bool isFull = node is DirectoryNode { Seen.Count: > 0 };
                ThrowIf(isFull, StorageOperation.Delete, FileErrno.NotEmpty, path);
                Unlink(node);
                Change(new DirectoryChange(slot, null, null));
            }

            Leave();
        }
    }

    /// <summary>Takes effect at once and for good: nothing in a store depends on the mode after a power cut.</summary>
    public void MakeReadOnly(string path)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.ChangeMode, path))
            {
                FileAt(StorageOperation.ChangeMode, path).IsReadOnly = true;
            }

            Leave();
        }
    }

    public bool Exists(string path)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Stat, path);
            return Find(path) is not null;
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (_gate)
        {
            Enter(StorageOperation.List, directory);
            string[] names = [.. DirectoryAt(StorageOperation.List, directory).Seen.Keys];
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
    }

    // There are no symbolic links on this disk.
    public string RealPath(string path) => path;

    public long FreeBytes(string path)
    {
        lock (_gate)
        {
            Enter(StorageOperation.FreeBytes, path);
            bool exists = Find(path) is not null;
            ThrowIf(!exists, StorageOperation.FreeBytes, FileErrno.NotFound, path);
            return Math.Max(0, _freePages) * FileNode.PageBytes;
        }
    }

    private static void ThrowIf(bool fails, StorageOperation operation, int errno, string path)
    {
        if (fails)
        {
            throw new StorageException(operation, errno, path);
        }
    }

    private static void CheckReplacement(SimulatedNode node, SimulatedNode? replaced, string path)
    {
        int errno = (node, replaced) switch
        {
            (FileNode, DirectoryNode) => FileErrno.IsADirectory,
            (DirectoryNode, FileNode) => FileErrno.NotADirectory,
            (DirectoryNode, DirectoryNode { Seen.Count: > 0 }) => FileErrno.NotEmpty,
            _ => 0,
        };
        ThrowIf(errno != 0, StorageOperation.Rename, errno, path);
    }

    private void Change(DirectoryChange change)
    {
        change.Apply(static d => d.Seen);
        _changes.Add(change);
    }

    private void Unlink(SimulatedNode? node)
    {
        if (node is FileNode file)
        {
            file.IsLinked = false;
            file.FreeIfGone(ref _freePages);
        }
    }

    private SimulatedNode? Find(ReadOnlySpan<char> path)
    {
        SimulatedNode? node = _root;
        foreach (Range part in path.Split('/'))
        {
            ReadOnlySpan<char> name = path[part];
            if (name.Length > 0)
            {
                node = (node as DirectoryNode)?.Find(name);
            }
        }

        return node;
    }

    private DirectorySlot SlotOf(StorageOperation operation, string path)
    {
        Invariant.That(path.StartsWith('/') && !path.EndsWith('/'), "paths are absolute and do not end in a slash");
        int slash = path.LastIndexOf('/');
        return Find(path.AsSpan(0, slash)) switch
        {
            DirectoryNode directory => new DirectorySlot(directory, path[(slash + 1)..]),
            null => throw new StorageException(operation, FileErrno.NotFound, path),
            _ => throw new StorageException(operation, FileErrno.NotADirectory, path),
        };
    }

    private FileNode FileAt(StorageOperation operation, string path) => Find(path) switch
    {
        FileNode file => file,
        null => throw new StorageException(operation, FileErrno.NotFound, path),
        _ => throw new StorageException(operation, FileErrno.IsADirectory, path),
    };

    private DirectoryNode DirectoryAt(StorageOperation operation, string path) => Find(path) switch
    {
        DirectoryNode directory => directory,
        null => throw new StorageException(operation, FileErrno.NotFound, path),
        _ => throw new StorageException(operation, FileErrno.NotADirectory, path),
    };

    private sealed class HeldSharedLock(SimulatedFileSystem owner, FileNode node) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._gate)
            {
                if (--owner._sharedLocks[node] == 0)
                {
                    owner._sharedLocks.Remove(node);
                }
            }
        }
    }

    private sealed class HeldLock(SimulatedFileSystem owner, FileNode node) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._locks.Remove(node);
            }
        }
    }
}
