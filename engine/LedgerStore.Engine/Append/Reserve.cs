// Space that is kept back: a file of zeros that gives way when the disk is full.
// Used under the lock of DiskSpace, and by the thread that opens the store.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Append;

/// <summary>The reserve file.</summary>
internal sealed class Reserve(IFileSystem files, string path, long bytes)
{
    // At first nobody knows what the last process left: then the file decides.
    private bool _isGiven;

    /// <summary>Gives the space to whoever writes next.</summary>
    /// <returns>False when it had been given already.</returns>
    public bool Release()
    {
        if (_isGiven || !files.Exists(path))
        {
            return false;
        }

        _isGiven = true;
        using IFile file = files.Open(path, FileAccessMode.ReadWrite);
        file.SetLength(0);
        return true;
    }

    /// <summary>Takes the space back; throws when there is not enough.</summary>
    public void Restore()
    {
        using IFile file = files.Exists(path)
            ? files.Open(path, FileAccessMode.ReadWrite)
            : files.Create(path, FileAccessMode.ReadWrite);
        if (file.Length > bytes)
        {
            file.SetLength(bytes);
        }

        if (bytes > 0)
        {
            file.Allocate(0, bytes);
        }

        _isGiven = false;
    }
}
