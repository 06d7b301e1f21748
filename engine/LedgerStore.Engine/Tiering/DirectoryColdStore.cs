// A cold store that is a directory, on another volume most likely. Any thread; a file is written by one at a time.

using LedgerStore.Durable;
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Tiering;

/// <summary>Files in a directory, written under another name, synced, and renamed.</summary>
/// <param name="used">A file in the data directory: there once something was put here.</param>
internal sealed class DirectoryColdStore(IFileSystem files, string root, string used) : IColdStore
{
    private const int CopyBytes = 1024 * 1024;

    public string Description => $"the directory '{root}'";

    // Made by the first copy: a directory that should have it and has not is a volume that is not mounted.
    private string Marker => root + "/ledgerstore-cold";

    public ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        Run(() =>
        {
            CreateRoot();
            return true;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> PutIfAbsentAsync(
        string name, Stream file, DateTimeOffset? keepUntil, CancellationToken cancellationToken) =>
        new(Run(() => Put(PathOf(name), file)));

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        string name, long offset, int length, CancellationToken cancellationToken) => new(Run(() =>
    {
        using IFile file = files.Open(PathOf(name), FileAccessMode.ReadOnly);
        byte[] bytes = new byte[length];
        return (ReadOnlyMemory<byte>)bytes.AsMemory(0, file.Read(offset, bytes));
    }));

    public ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken) => new(Run(() =>
    {
        string path = PathOf(name);
        if (!files.Exists(path))
        {
            // "It is gone" must not be said of a volume that is not there.
            return files.Exists(Marker) ? false : throw NotMounted();
        }

        files.Delete(path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
        return true;
    }));

    /// <summary>A directory forbids nobody anything: what may be deleted is decided here.</summary>
    public ValueTask<bool> KeepUntilAsync(string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        new(false);

    private bool Put(string path, Stream source)
    {
        string directory = Path.GetDirectoryName(path)!;
        CreateDirectories(directory);
        if (files.Exists(path))
        {
            return false;
        }

        try
        {
            AtomicFile.Replace(files, path, file => Copy(source, file));
        }
        catch (StorageException full) when (full.IsNoSpace && files.Exists(AtomicFile.TemporaryOf(path)))
        {
            files.Delete(AtomicFile.TemporaryOf(path));
            throw;
        }

        return true;
    }

    private void Copy(Stream source, IFile file)
    {
        byte[] buffer = new byte[CopyBytes];
        source.Position = 0;
        long offset = 0;
        for (int read = source.Read(buffer); read > 0; read = source.Read(buffer))
        {
            file.Write(offset, buffer.AsSpan(0, read));
            offset += read;
        }

        files.MakeReadOnly(file.Path);
    }

    private void CreateDirectories(string directory)
    {
        Mark();
        List<string> missing = [];
        for (string at = directory; at.Length > root.Length && !files.Exists(at); at = Path.GetDirectoryName(at)!)
        {
            missing.Add(at);
        }

        for (int i = missing.Count - 1; i >= 0; i--)
        {
            files.CreateDirectory(missing[i]);
            files.SyncDirectory(Path.GetDirectoryName(missing[i])!);
        }
    }

    /// <summary>Marks the directory once. A crash between the two marks leaves the one here, and the other follows.
    /// </summary>
    private void Mark()
    {
        bool isMarked = files.Exists(Marker);
        bool isUsed = files.Exists(used);
        if (!isMarked && isUsed)
        {
            throw NotMounted();
        }

        if (!isMarked)
        {
            CreateRoot();
            files.Create(Marker, FileAccessMode.ReadWrite).Dispose();
            files.SyncDirectory(root);
        }

        if (!isUsed)
        {
            files.Create(used, FileAccessMode.ReadWrite).Dispose();
            files.SyncDirectory(Path.GetDirectoryName(used)!);
        }
    }

    private ColdStoreException NotMounted() => new(
        ColdStoreFailure.Away,
        $"{Description} is not the one that was used before: its file {Path.GetFileName(Marker)} is missing. Mount the "
        + "volume that it is on");

    private void CreateRoot()
    {
        if (!files.Exists(root))
        {
            files.CreateDirectory(root);
            files.SyncDirectory(Path.GetDirectoryName(root)!);
        }
    }

    private string PathOf(string name) => $"{root}/{name}";

    private T Run<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (StorageException failed)
        {
            ColdStoreFailure kind = failed.IsNoSpace ? ColdStoreFailure.Full
                : failed.Errno == FileErrno.NotFound && files.Exists(Marker) ? ColdStoreFailure.Missing
                : ColdStoreFailure.Away;
            throw new ColdStoreException(kind, $"{Description}: {failed.Message}", failed);
        }
    }
}
