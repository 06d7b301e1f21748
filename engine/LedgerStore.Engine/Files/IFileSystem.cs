// The seam between the engine and the operating system: everything the engine does to a disk goes through here.
// Two implementations: LinuxFileSystem, and the tests' simulated one that models power cuts. Any thread.

using LedgerStore.Durable;

namespace LedgerStore.Engine.Files;

/// <summary>A file system. Paths are absolute, separated by '/'.</summary>
/// <remarks>
/// Every failure is a <see cref="StorageException"/>. What is created, renamed or deleted is visible at once, and
/// durable only after SyncDirectory of the directory that holds the entry (or <see cref="SyncFileSystem"/>): a power
/// cut before may keep or lose each entry, in any combination.
/// </remarks>
internal interface IFileSystem : IReplaceFiles<IFile>
{
    /// <summary>Creates a file that must not exist (O_CREAT|O_EXCL), 0600, empty.</summary>
    IFile Create(string path, FileAccessMode mode);

    IFile IReplaceFiles<IFile>.CreateNew(string path) => Create(path, FileAccessMode.ReadWrite);

    void IReplaceFiles<IFile>.SyncFile(IFile file) => file.Sync();

    /// <summary>Opens a file that exists. A link is not followed, and what is no regular file is refused.</summary>
    IFile Open(string path, FileAccessMode mode);

    /// <summary>Maps a file that nobody writes any more. An empty file gives an empty map.</summary>
    IMappedFile MapReadOnly(string path);

    /// <summary>
    /// Takes the exclusive lock of the file, which is created when missing, and writes our process id and the boot id
    /// into it. Disposing returns the lock; the file stays.
    /// </summary>
    /// <exception cref="DataDirectoryInUseException">Somebody else holds it; names that process.</exception>
    IDisposable Lock(string path);

    /// <summary>Takes a shared lock of a file that exists, and changes nothing: as long as it is held, nobody gets the
    /// exclusive one. Disposing returns it.</summary>
    /// <exception cref="DataDirectoryInUseException">Somebody holds the exclusive lock; names that process.</exception>
    IDisposable LockShared(string path);

    /// <summary>Creates one directory, 0700. Its parent must exist, itself must not.</summary>
    void CreateDirectory(string path);

    /// <summary>From here on, whatever the file system that holds the path fails to write is told by the next
    /// <see cref="SyncFileSystem"/> of the same path. A directory. Comes before the first write.</summary>
    void WatchFileSystem(string path);

    /// <summary>Makes everything on the file system that holds the path durable (syncfs).</summary>
    void SyncFileSystem(string path);

    /// <summary>Makes the file read-only for everybody (0400). Open handles keep their right to write.</summary>
    void MakeReadOnly(string path);

    /// <summary>The names (not paths) of the files and directories in it, in ordinal order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>The path without symbolic links in it. What does not exist is taken as it is written.</summary>
    string RealPath(string path);

    /// <summary>Bytes that an ordinary user can still write on the file system that holds the path.</summary>
    long FreeBytes(string path);
}
