// The real file system: every path operation of the engine, each with its result checked.
// One for the process is enough; any thread.

using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Files;

/// <summary><see cref="IFileSystem"/> by Linux system calls.</summary>
internal sealed class LinuxFileSystem : IFileSystem
{
    private const uint OwnerOnlyDirectory = 0b111_000_000;
    // As many as the kernel follows.
    private const int LinksMax = 40;

    private const uint OwnerReads = 0b100_000_000;

    // syncfs reports an error (since Linux 5.8) once to each descriptor that was open when it happened. One is opened
    // before anything is written, and kept: then an error of write-back between two calls is ours to see, even when
    // another process asked in between.
    private readonly ConcurrentDictionary<string, FileDescriptor> _fileSystems = new(StringComparer.Ordinal);

    public IFile Create(string path, FileAccessMode mode) => new LinuxFile(
        FileDescriptor.Open(
            StorageOperation.Create, path, Flags(mode) | LinuxNative.OpenCreate | LinuxNative.OpenExclusive),
        path);

    public IFile Open(string path, FileAccessMode mode) =>
        new LinuxFile(FileDescriptor.OpenRegular(StorageOperation.Open, path, Flags(mode)), path);

    public IMappedFile MapReadOnly(string path) => LinuxMappedFile.Map(path);

    public IDisposable Lock(string path) => LinuxLock.Take(path);

    public IDisposable LockShared(string path) => LinuxLock.TakeShared(path);

    public void CreateDirectory(string path) =>
        Check(LinuxNative.MakeDirectory(path, OwnerOnlyDirectory), StorageOperation.CreateDirectory, path);

    public void SyncDirectory(string path)
    {
        using FileDescriptor directory = OpenDirectory(StorageOperation.SyncDirectory, path);
        int result;
        do
        {
            result = LinuxNative.Sync(directory);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == FileErrno.Interrupted);

        Check(result, StorageOperation.SyncDirectory, path);
    }

    public void WatchFileSystem(string path) => Watched(path);

    public void SyncFileSystem(string path)
    {
        FileDescriptor directory = Watched(path);
        int result;
        do
        {
            result = LinuxNative.SyncFileSystem(directory);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == FileErrno.Interrupted);

        Check(result, StorageOperation.SyncFileSystem, path);
    }

    public void Rename(string from, string to) =>
        Check(LinuxNative.Rename(from, to), StorageOperation.Rename, from);

    public void Delete(string path)
    {
        int result = LinuxNative.Unlink(path);
        if (result != 0 && Marshal.GetLastPInvokeError() == FileErrno.IsADirectory)
        {
            result = LinuxNative.RemoveDirectory(path);
        }

        Check(result, StorageOperation.Delete, path);
    }

    public void MakeReadOnly(string path) =>
        Check(LinuxNative.ChangeMode(path, OwnerReads), StorageOperation.ChangeMode, path);

    public bool Exists(string path)
    {
        if (LinuxNative.Access(path, mode: 0) == 0)
        {
            return true;
        }

        // Only "there is none" is a no. "I could not look" must not make recovery believe that a file is gone.
        int errno = Marshal.GetLastPInvokeError();
        return errno is FileErrno.NotFound or FileErrno.NotADirectory
            ? false
            : throw new StorageException(StorageOperation.Stat, errno, path);
    }

    public IReadOnlyList<string> List(string directory)
    {
        // Opened first for the errno, and because a link is not followed; then the framework's enumeration, which reads
        // the same directory.
        using FileDescriptor opened = FileDescriptor.Open(
            StorageOperation.List,
            directory,
            LinuxNative.OpenReadOnly | LinuxNative.OpenOnlyDirectory | LinuxNative.OpenNoFollow);
        try
        {
            string[] names = Directory.GetFileSystemEntries(directory);
            for (int i = 0; i < names.Length; i++)
            {
                names[i] = Path.GetFileName(names[i]);
            }

            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (IOException error) when (error is not StorageException)
        {
            throw new StorageException(StorageOperation.List, FileErrno.InputOutput, directory);
        }
        catch (UnauthorizedAccessException)
        {
            throw new StorageException(StorageOperation.List, FileErrno.AccessDenied, directory);
        }
    }

    public long FreeBytes(string path)
    {
        Check(
            LinuxNative.FileSystemStatus(path, out LinuxNative.FileSystemSpace space),
            StorageOperation.FreeBytes,
            path);
        return long.CreateSaturating((UInt128)space.AvailableBlocks * space.FragmentSize);
    }

    public string RealPath(string path)
    {
        try
        {
            return RealPath(path, LinksMax);
        }
        catch (Exception error) when (error is UnauthorizedAccessException)
        {
            throw new StorageException(StorageOperation.Stat, FileErrno.AccessDenied, path);
        }
        catch (IOException error) when (error is not StorageException)
        {
            throw new StorageException(StorageOperation.Stat, FileErrno.InputOutput, path);
        }
    }

    private static string RealPath(string path, int linksMax)
    {
        string real = string.Empty;
        foreach (string name in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real += "/" + name;
            if (new FileInfo(real).LinkTarget is { } target)
            {
                string linked = Path.Combine(real[..real.LastIndexOf('/')] + "/", target);
                real = linksMax > 0
                    ? RealPath(linked, linksMax - 1)
                    : throw new StorageException(StorageOperation.Stat, FileErrno.TooManyLinks, path);
            }
        }

        return real.Length == 0 ? "/" : real;
    }

    private static int Flags(FileAccessMode mode) =>
        mode == FileAccessMode.ReadOnly ? LinuxNative.OpenReadOnly : LinuxNative.OpenReadWrite;

    // The trailing dot makes the kernel refuse anything but a directory (O_DIRECTORY differs between processors).
    private FileDescriptor Watched(string path) => _fileSystems.GetOrAdd(
        path,
        static p => OpenDirectory(StorageOperation.SyncFileSystem, p));

    private static FileDescriptor OpenDirectory(StorageOperation operation, string path) =>
        FileDescriptor.TryOpen(path + "/.", LinuxNative.OpenReadOnly, out int errno)
        ?? throw new StorageException(operation, errno, path);

    private static void Check(int result, StorageOperation operation, string path)
    {
        if (result != 0)
        {
            throw new StorageException(operation, Marshal.GetLastPInvokeError(), path);
        }
    }
}
