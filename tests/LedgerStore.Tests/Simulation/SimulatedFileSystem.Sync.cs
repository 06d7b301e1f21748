// Syncs and power cuts: what reaches the disk, and what is found on it afterwards.

using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

internal sealed partial class SimulatedFileSystem
{
    public void SyncDirectory(string path)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.SyncDirectory, path))
            {
                DirectoryNode directory = DirectoryAt(StorageOperation.SyncDirectory, path);
                SyncEntries(directory, StorageOperation.SyncDirectory, path);
            }

            Leave();
        }
    }

    public void WatchFileSystem(string path)
    {
        // Every failure is told here anyway.
    }

    public void SyncFileSystem(string path)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.SyncFileSystem, path))
            {
                bool exists = Find(path) is not null;
                ThrowIf(!exists, StorageOperation.SyncFileSystem, FileErrno.NotFound, path);
                bool fails = _fault.Kind == SimulatedFaultKind.Error;
                foreach (FileNode file in _dirty)
                {
                    SyncFile(file, fails);
                }

                _dirty.Clear();
                SyncEntries(null, StorageOperation.SyncFileSystem, path);
            }

            Leave();
        }
    }

    /// <summary>The disk after a power cut, as a new file system. This one is not changed: crash it in many ways.
    /// </summary>
    public SimulatedFileSystem Crash(ICrashChooser chooser) => Crash(chooser, Options);

    /// <summary>As <see cref="Crash(ICrashChooser)"/>, with other options for the time after.</summary>
    public SimulatedFileSystem Crash(ICrashChooser chooser, SimulatedOptions options)
    {
        lock (_gate)
        {
            Dictionary<DirectoryNode, Dictionary<string, SimulatedNode>> entries = [];
            _changes.Crash(chooser, directory =>
            {
                if (!entries.TryGetValue(directory, out Dictionary<string, SimulatedNode>? copy))
                {
                    entries[directory] = copy = new(directory.Durable, StringComparer.Ordinal);
                }

                return copy;
            });

            SimulatedFileSystem after = new(options);
            SplitMix? garbage = options.GarbageInLostSectors ? new SplitMix(Options.Seed + (ulong)CallCount) : null;
            CrashDirectory(_root, after._root);
            return after;

            void CrashDirectory(DirectoryNode before, DirectoryNode result)
            {
                // In ordinal order, so that the questions to the chooser come in an order that the names decide.
                Dictionary<string, SimulatedNode> found = entries.GetValueOrDefault(before, before.Durable);
                foreach (string name in found.Keys.Order(StringComparer.Ordinal))
                {
                    SimulatedNode node;
                    if (found[name] is FileNode file)
                    {
                        FileNode crashed = file.Crash(chooser, garbage);
                        after._freePages -= crashed.AllocatedPages;
                        node = crashed;
                    }
                    else
                    {
                        DirectoryNode directory = new();
                        CrashDirectory((DirectoryNode)found[name], directory);
                        node = directory;
                    }

                    result.Seen[name] = node;
                    result.Durable[name] = node;
                }
            }
        }
    }

    private void SyncEntries(DirectoryNode? directory, StorageOperation operation, string path)
    {
        if (_fault.Kind != SimulatedFaultKind.Error)
        {
            _changes.Sync(directory, static covered => covered);
            return;
        }

        if (Options.FailedSyncDropsNames)
        {
            // Like pages: some reached the disk, the others are forgotten although they can still be seen.
            _changes.Sync(directory, covered => _random.Below(covered + 1));
        }

        throw new StorageException(operation, _fault.Errno, path);
    }

    private void SyncFile(FileNode file, bool fails)
    {
        if (fails)
        {
            file.FailSync(_random);
        }
        else
        {
            file.Sync();
        }
    }

    private void WriteBackSome()
    {
        foreach (FileNode file in _dirty)
        {
            file.WriteBackSome(_random);
        }

        if (_random.OneIn(2))
        {
            _changes.Sync(null, static covered => covered);
        }
    }
}
