// A file system that passes every call on: planted faults change one method of it.
// As many threads as the one below it.
using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

/// <summary>Passes everything on.</summary>
internal abstract class ForwardingFileSystem(IFileSystem below) : IFileSystem
{
    public virtual IFile Create(string path, FileAccessMode mode) => Wrap(below.Create(path, mode));

    public virtual IFile Open(string path, FileAccessMode mode) => Wrap(below.Open(path, mode));

    public virtual IMappedFile MapReadOnly(string path) => below.MapReadOnly(path);

    public virtual IDisposable Lock(string path) => below.Lock(path);

    public virtual IDisposable LockShared(string path) => below.LockShared(path);

    public virtual void CreateDirectory(string path) => below.CreateDirectory(path);

    public virtual void SyncDirectory(string path) => below.SyncDirectory(path);

    public virtual void WatchFileSystem(string path) => below.WatchFileSystem(path);

    public virtual void SyncFileSystem(string path) => below.SyncFileSystem(path);

    public virtual void Rename(string from, string to) => below.Rename(from, to);

    public virtual void Delete(string path) => below.Delete(path);

    public virtual void MakeReadOnly(string path) => below.MakeReadOnly(path);

    public virtual bool Exists(string path) => below.Exists(path);

    public virtual IReadOnlyList<string> List(string directory) => below.List(directory);

    public virtual string RealPath(string path) => below.RealPath(path);

    public virtual long FreeBytes(string path) => below.FreeBytes(path);

    /// <summary>A file as this file system wants it to be.</summary>
    protected virtual IFile Wrap(IFile file) => file;
}
