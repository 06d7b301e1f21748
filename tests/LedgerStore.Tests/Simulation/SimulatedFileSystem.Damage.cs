// What happens to a disk behind the back of the program: rot, bad sectors, and somebody with a shell.
// None of these count as calls.

using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

internal sealed partial class SimulatedFileSystem
{
    // More than there is: what the store gives back meanwhile is taken at once.
    private static readonly long s_othersPages = 1L << 50;

    /// <summary>Somebody else's files take all space, or give it back.</summary>
    public bool IsFull
    {
        set
        {
            lock (_gate)
            {
                _freePages += value ? -s_othersPages : s_othersPages;
            }
        }
    }

    /// <summary>The bytes of a file as programs see them.</summary>
    public byte[] ReadAll(string path)
    {
        lock (_gate)
        {
            FileNode file = FileAt(StorageOperation.Read, path);
            byte[] bytes = new byte[file.Length];
            _ = file.Read(0, bytes);
            return bytes;
        }
    }

    /// <summary>Changes one bit, in the cache and on the disk.</summary>
    public void FlipBit(string path, long offset, int bit)
    {
        Span<byte> one = stackalloc byte[1];
        lock (_gate)
        {
            FileNode file = FileAt(StorageOperation.Write, path);
            _ = file.Read(offset, one);
            one[0] ^= (byte)(1 << bit);
            file.Damage(offset, one);
        }
    }

    /// <summary>Replaces bytes, in the cache and on the disk.</summary>
    public void Overwrite(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            FileAt(StorageOperation.Write, path).Damage(offset, bytes);
        }
    }

    /// <summary>Cuts a file, even a mapped one, durably.</summary>
    public void CutFile(string path, long length)
    {
        lock (_gate)
        {
            FileNode file = FileAt(StorageOperation.SetLength, path);
            file.SetLength(length, ref _freePages);
            file.Sync();
        }
    }

    /// <summary>Removes a file, durably.</summary>
    public void RemoveFile(string path)
    {
        lock (_gate)
        {
            DirectorySlot slot = SlotOf(StorageOperation.Delete, path);
            Unlink(FileAt(StorageOperation.Delete, path));
            Change(new DirectoryChange(slot, null, null));
            _changes.Sync(slot.Directory, static covered => covered);
        }
    }

    /// <summary>Reads of the range give EIO from now on, through maps too.</summary>
    public void MakeUnreadable(string path, long offset, long length)
    {
        lock (_gate)
        {
            FileNode file = FileAt(StorageOperation.Read, path);
            (file.Unreadable ??= []).Add((offset, offset + length));
        }
    }

    /// <summary>Every file below the directory, as paths in ordinal order.</summary>
    public IReadOnlyList<string> AllFiles(string directory)
    {
        List<string> paths = [];
        lock (_gate)
        {
            Collect(DirectoryAt(StorageOperation.List, directory), directory.TrimEnd('/'));
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;

        void Collect(DirectoryNode node, string path)
        {
            foreach ((string name, SimulatedNode child) in node.Seen)
            {
                if (child is DirectoryNode below)
                {
                    Collect(below, $"{path}/{name}");
                }
                else
                {
                    paths.Add($"{path}/{name}");
                }
            }
        }
    }
}
