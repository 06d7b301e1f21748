// The file system as the store's writers see it: what finds no space is given some of the reserve and done again, by
// whichever part of the store it is asked for, so that no part can forget to.
// As many threads as the one below it.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Pipeline;

/// <summary>A file system whose writes find space as long as the reserve has some for them.</summary>
/// <remarks>A sync that finds no space is not done again: what it lost nobody knows.</remarks>
internal sealed class ReservingFileSystem(IFileSystem below, Reserve reserve) : IFileSystem
{
    /// <summary>What was created, while a start notes it, on its thread. Null: nobody does.</summary>
    public List<string>? Created { get; set; }

    public IFile Create(string path, FileAccessMode mode)
    {
        IFile file = WithSpace(() => below.Create(path, mode));
        Created?.Add(path);
        return new ReservingFile(file, reserve);
    }

    public IFile Open(string path, FileAccessMode mode) => mode == FileAccessMode.ReadOnly
        ? below.Open(path, mode)
        : new ReservingFile(below.Open(path, mode), reserve);

    public IMappedFile MapReadOnly(string path) => below.MapReadOnly(path);

    public IDisposable Lock(string path) => below.Lock(path);

    public IDisposable LockShared(string path) => below.LockShared(path);

    public void CreateDirectory(string path) => WithSpace(() =>
    {
        below.CreateDirectory(path);
        return true;
    });

    public void SyncDirectory(string path) => below.SyncDirectory(path);

    public void WatchFileSystem(string path) => below.WatchFileSystem(path);

    public void SyncFileSystem(string path) => below.SyncFileSystem(path);

    public void Rename(string from, string to) => WithSpace(() =>
    {
        below.Rename(from, to);
        return true;
    });

    public void Delete(string path) => below.Delete(path);

    public void MakeReadOnly(string path) => below.MakeReadOnly(path);

    public bool Exists(string path) => below.Exists(path);

    public IReadOnlyList<string> List(string directory) => below.List(directory);

    public string RealPath(string path) => below.RealPath(path);

    public long FreeBytes(string path) => below.FreeBytes(path);

    private T WithSpace<T>(Func<T> change)
    {
        while (true)
        {
            try
            {
                return change();
            }
            catch (StorageException full) when (full.IsNoSpace && reserve.TryGive(full))
            {
                // There is some now, unless somebody else was faster: then there is more, or an end of it.
            }
        }
    }

    /// <summary>A file whose writes find space as long as the reserve has some for them.</summary>
    private sealed class ReservingFile(IFile below, Reserve reserve) : IFile
    {
        public string Path => below.Path;

        public long Length => below.Length;

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            while (true)
            {
                try
                {
                    below.Write(offset, bytes);
                    return;
                }
                catch (StorageException full) when (full.IsNoSpace && reserve.TryGive(full))
                {
                    // What was written of it is written again, the same bytes in the same place.
                }
            }
        }

        public int Read(long offset, Span<byte> bytes) => below.Read(offset, bytes);

        public void Sync() => below.Sync();

        public void SetLength(long length) => below.SetLength(length);

        public void Allocate(long offset, long length) => below.Allocate(offset, length);

        public void Advise(FileAdvice advice, long offset, long length) => below.Advise(advice, offset, length);

        public void Dispose() => below.Dispose();
    }
}
