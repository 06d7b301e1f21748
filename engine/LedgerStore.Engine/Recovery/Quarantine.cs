// Keeps what recovery does not use and does not understand: evidence is copied or moved aside, never deleted.
// Runs on the thread that opens the store, or repairs it.
using LedgerStore.Durable;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Recovery;

/// <summary>The directory for bytes that nobody acknowledged or nobody can use.</summary>
internal sealed class Quarantine(IFileSystem files, StorePaths paths)
{
    private const int BufferBytes = 256 * 1024;

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
        CopyBytes(source, copy, frame.Offset, Math.Min(frame.Header.StoredBytes, source.Length - frame.Offset));
        copy.Sync();
        files.SyncDirectory(paths.QuarantineDirectory);
    }

    /// <summary>Copies a file of the store as it was, before it is written anew.</summary>
    public void Copy(string file)
    {
        using IFile source = files.Open(file, FileAccessMode.ReadOnly);
        AtomicFile.Replace(files, FreeTarget(file), copy => CopyBytes(source, copy, 0, source.Length));
    }

    /// <summary>Moves a whole journal file aside: it holds entries of a ledger that could not take them.</summary>
    public void Move(string file)
    {
        files.Rename(file, FreeTarget(file));
        files.SyncDirectory(paths.QuarantineDirectory);
        files.SyncDirectory(paths.JournalDirectory);
    }

    private string FreeTarget(string file)
    {
        string name = Path.GetFileName(file);
        string target = Path.Combine(paths.QuarantineDirectory, name);
        for (int number = 1; files.Exists(target); number++)
        {
            target = Path.Combine(paths.QuarantineDirectory, $"{name}.{number}");
        }

        return target;
    }

    private static void CopyBytes(IFile source, IFile copy, long offset, long length)
    {
        byte[] buffer = new byte[BufferBytes];
        for (long done = 0; done < length;)
        {
            int read = source.Read(offset + done, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)));
            if (read == 0)
            {
                break;
            }

            copy.Write(done, buffer.AsSpan(0, read));
            done += read;
        }
    }
}
