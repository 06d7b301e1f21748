// Keeps what recovery does not use and does not understand: evidence is copied or moved aside, never deleted.
// Runs on the thread that opens the store.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Recovery;

/// <summary>The directory for bytes that nobody acknowledged or nobody can use.</summary>
internal sealed class Quarantine(IFileSystem files, StorePaths paths)
{
    private const int CopyBytes = 256 * 1024;

    /// <summary>Copies a frame behind the end of the journal, as much of it as its file has.</summary>
    public void Copy(string file, in BrokenFrame frame)
    {
        string name = $"{Path.GetFileName(file)}-{frame.Offset:x}-frame-{frame.Header.Number}";
        string target = Path.Combine(paths.QuarantineDirectory, name);
        if (files.Exists(target))
        {
            // An earlier start came this far: the same bytes.
            return;
        }

        using IFile source = files.Open(file, FileAccessMode.ReadOnly);
        using IFile copy = files.Create(target, FileAccessMode.ReadWrite);
        byte[] buffer = new byte[CopyBytes];
        long length = Math.Min(frame.Header.StoredBytes, source.Length - frame.Offset);
        for (long done = 0; done < length;)
        {
            int read = source.Read(frame.Offset + done, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)));
            if (read == 0)
            {
                break;
            }

            copy.Write(done, buffer.AsSpan(0, read));
            done += read;
        }

        copy.Sync();
        files.SyncDirectory(paths.QuarantineDirectory);
    }

    /// <summary>Moves a whole journal file aside: it holds entries of a ledger that could not take them.</summary>
    public void Move(string file)
    {
        string name = Path.GetFileName(file);
        string target = Path.Combine(paths.QuarantineDirectory, name);
        for (int number = 1; files.Exists(target); number++)
        {
            target = Path.Combine(paths.QuarantineDirectory, $"{name}.{number}");
        }

        files.Rename(file, target);
        files.SyncDirectory(paths.QuarantineDirectory);
        files.SyncDirectory(paths.JournalDirectory);
    }
}
