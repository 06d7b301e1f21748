// The calls of open files, under the one lock.

using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

internal sealed partial class SimulatedFileSystem
{
    internal void Closed(FileNode node)
    {
        lock (_gate)
        {
            node.Handles--;
            node.FreeIfGone(ref _freePages);
        }
    }

    internal void Write(SimulatedFile file, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.Write, file.Path, offset, bytes.Length))
            {
                CheckWritable(file, StorageOperation.Write);
                bool fails = _fault.Kind == SimulatedFaultKind.Error;
                ReadOnlySpan<byte> kept = fails ? bytes[..Math.Min(_fault.KeptBytes, bytes.Length)] : bytes;
                int written = file.Node.Write(offset, kept, ref _freePages);
                _dirty.Add(file.Node);
                ThrowIf(fails, StorageOperation.Write, _fault.Errno, file.Path);
                ThrowIf(written < bytes.Length, StorageOperation.Write, FileErrno.NoSpace, file.Path);
            }

            Leave();
        }
    }

    internal int Read(SimulatedFile file, long offset, Span<byte> bytes)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Read, file.Path, offset, bytes.Length);
            bool isBad = file.Node.IsUnreadable(offset, bytes.Length);
            ThrowIf(isBad, StorageOperation.Read, FileErrno.InputOutput, file.Path);
            return file.Node.Read(offset, bytes);
        }
    }

    internal long LengthOf(SimulatedFile file)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Stat, file.Path);
            return file.Node.Length;
        }
    }

    internal void Sync(SimulatedFile file)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.Sync, file.Path))
            {
                bool fails = _fault.Kind == SimulatedFaultKind.Error;
                SyncFile(file.Node, fails);
                _dirty.Remove(file.Node);
                ThrowIf(fails, StorageOperation.Sync, _fault.Errno, file.Path);
            }

            Leave();
        }
    }

    internal void SetLength(SimulatedFile file, long length)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.SetLength, file.Path, 0, length))
            {
                CheckWritable(file, StorageOperation.SetLength);
                file.Node.SetLength(length, ref _freePages);
                _dirty.Add(file.Node);
            }

            Leave();
        }
    }

    internal void Allocate(SimulatedFile file, long offset, long length)
    {
        lock (_gate)
        {
            if (Enter(StorageOperation.Allocate, file.Path, offset, length))
            {
                CheckWritable(file, StorageOperation.Allocate);
                bool fits = file.Node.TryAllocate(offset, length, ref _freePages);
                ThrowIf(!fits, StorageOperation.Allocate, FileErrno.NoSpace, file.Path);
                _dirty.Add(file.Node);
            }

            Leave();
        }
    }

    internal void Unmapped(FileNode node)
    {
        lock (_gate)
        {
            node.Maps--;
            node.FreeIfGone(ref _freePages);
        }
    }

    /// <summary>Brings the bytes of a map up to date with the file; the error is 0 when they can be read.</summary>
    internal int Populate(string path, FileNode node, long offset, Span<byte> bytes)
    {
        lock (_gate)
        {
            Enter(StorageOperation.Populate, path, offset, bytes.Length);
            if (_fault.Kind == SimulatedFaultKind.Error)
            {
                return _fault.Errno;
            }

            // Somebody made the file shorter: pages behind the end give SIGBUS, which populate reports as EFAULT.
            long lastPage = (offset + bytes.Length - 1) / FileNode.PageBytes * FileNode.PageBytes;
            if (lastPage >= node.Length)
            {
                return FileErrno.BadAddress;
            }

            if (node.IsUnreadable(offset, bytes.Length))
            {
                return FileErrno.InputOutput;
            }

            // Only what is behind the end is cleared: other readers may be looking at the same pages.
            int read = node.Read(offset, bytes);
            bytes[read..].Clear();
            return 0;
        }
    }

    private static void CheckWritable(SimulatedFile file, StorageOperation operation)
    {
        ThrowIf(!file.IsWritable, operation, FileErrno.BadDescriptor, file.Path);
        if (file.Node.Maps > 0)
        {
            throw new InvalidOperationException(
                $"{operation} of '{file.Path}' while it is mapped: nothing mapped changes");
        }
    }
}
