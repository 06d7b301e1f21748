// The one exception of the file system: which call, which errno, which path, and what a person can do.
// Immutable: any thread.

using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Files;

/// <summary>The operating system refused a call.</summary>
internal sealed class StorageException : IOException
{
    public StorageException(StorageOperation operation, int errno, string path)
        : base(Describe(operation, errno, path))
    {
        Operation = operation;
        Errno = errno;
        Path = path;
    }

    private StorageException(StorageOperation operation, int errno, string path, string message)
        : base(message)
    {
        Operation = operation;
        Errno = errno;
        Path = path;
    }

    /// <summary>Something else has the name of a file.</summary>
    /// <param name="type">As the mode of a file has it.</param>
    public static StorageException NotRegular(StorageOperation operation, int type, string path)
    {
        string what = type switch
        {
            LinuxNative.TypeDirectory => "a directory",
            LinuxNative.TypePipe => "a pipe",
            LinuxNative.TypeSocket => "a socket",
            LinuxNative.TypeCharacterDevice or LinuxNative.TypeBlockDevice => "a device",
            _ => "something else",
        };
        int errno = type == LinuxNative.TypeDirectory ? FileErrno.IsADirectory : FileErrno.InvalidArgument;
        return new StorageException(
            operation,
            errno,
            path,
            $"{Verb(operation)} '{path}' refused: it is {what}, and no regular file. Whoever can write the directory "
            + "put it there: find out who, and put the file back.");
    }

    public StorageOperation Operation { get; }

    public int Errno { get; }

    public string Path { get; }

    /// <summary>The disk or the quota is full: appends stop and come back by themselves.</summary>
    /// <remarks>From a sync it poisons all the same: see docs/RELIABILITY.md.</remarks>
    public bool IsNoSpace => Errno is FileErrno.NoSpace or FileErrno.QuotaExceeded;

    /// <summary>What was written before may be lost, although it can still be read, and a later sync succeeds without
    /// it: whoever meets this stops the store.</summary>
    public bool LosesDurability => Operation
        is StorageOperation.Sync or StorageOperation.SyncDirectory or StorageOperation.SyncFileSystem;

    /// <summary>Somebody looked, and nothing on the disk was to change: the store is as sound as before.</summary>
    public bool IsReadFailure => Operation
        is StorageOperation.Open or StorageOperation.Read or StorageOperation.Map or StorageOperation.Populate
        or StorageOperation.Stat or StorageOperation.List;

    /// <summary>There was no space, and nothing is lost: the same call can be made again.</summary>
    public bool IsRetryable => IsNoSpace && !LosesDurability;

    /// <summary>What is there cannot be read or is not there: damage of this file, and of no other.</summary>
    public bool IsDamage => IsReadFailure && Errno
        is FileErrno.InputOutput or FileErrno.NotFound or FileErrno.AccessDenied or FileErrno.HardwarePoisoned;

    /// <summary>The file system is mounted read-only.</summary>
    public bool IsReadOnly => Errno == FileErrno.ReadOnlyFileSystem;

    /// <summary>There is no such file or directory.</summary>
    public bool IsNotFound => Errno == FileErrno.NotFound;

    /// <summary>Create found that the file is there already.</summary>
    public bool IsExists => Errno == FileErrno.Exists;

    private static string Describe(StorageOperation operation, int errno, string path) =>
        $"{Verb(operation)} '{path}' failed: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}). {Advice(errno)}";

    private static string Verb(StorageOperation operation) => operation switch
    {
        StorageOperation.Sync => "making durable (fdatasync)",
        StorageOperation.SyncDirectory => "making directory entries durable (fsync)",
        StorageOperation.SyncFileSystem => "making the file system durable (syncfs)",
        StorageOperation.SetLength => "changing the length of",
        StorageOperation.Allocate => "reserving space in",
        StorageOperation.CreateDirectory => "creating directory",
        StorageOperation.ChangeMode => "changing the permissions of",
        StorageOperation.FreeBytes => "asking for the free space of",
        StorageOperation.Map => "mapping",
        StorageOperation.Populate => "reading (through the map)",
        StorageOperation.Stat => "looking at",
        _ => operation.ToString().ToLowerInvariant() + " of",
    };

    private static string Advice(int errno) => errno switch
    {
        FileErrno.NoSpace => "The disk is full: free space or let retention expire segments.",
        FileErrno.QuotaExceeded => "The disk quota is used up: raise it or let retention expire segments.",
        FileErrno.ReadOnlyFileSystem =>
            "The file system is read-only: look for disk errors in the kernel log, then remount it.",
        FileErrno.InputOutput or FileErrno.HardwarePoisoned =>
            "The disk reports an error: look at the kernel log and replace the disk.",
        FileErrno.AccessDenied or FileErrno.NotPermitted =>
            "Give the data directory to the user that runs this process.",
        FileErrno.TooManyOpenFiles or FileErrno.TooManyOpenFilesInSystem =>
            "Raise the limit of open files (ulimit -n).",
        FileErrno.NotFound => "Somebody removed or moved it, or the path is wrong.",
        FileErrno.TooManyLinks =>
            "It is a symbolic link, and none is followed here: put the file or directory itself in its place.",
        FileErrno.NotADirectory =>
            "A directory belongs here, and it is something else, or a symbolic link, which is not followed here.",
        FileErrno.IsADirectory => "A file belongs here, and it is a directory: put the file back.",
        FileErrno.Exists => "It is there already; files of a store are never overwritten.",
        FileErrno.BadAddress => "The file is shorter than it was, or its disk cannot be read.",
        _ => "See the kernel log for the reason.",
    };
}
