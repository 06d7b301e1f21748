// The system calls, as libc declares them for 64-bit Linux (the same numbers on x86-64 and arm64, but for two).
// unsafe: mmap returns an address. Stateless: any thread.

using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Files;

/// <summary>libc. Every call here returns -1 and sets errno when it fails, unless its comment says otherwise.</summary>
internal static unsafe partial class LinuxNative
{
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenExclusive = 0x80;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;

    public const int StatEmptyPath = 0x1000;
    public const uint StatType = 1;
    public const int TypeMask = 0xF000;
    public const int TypePipe = 0x1000;
    public const int TypeCharacterDevice = 0x2000;
    public const int TypeDirectory = 0x4000;
    public const int TypeBlockDevice = 0x6000;
    public const int TypeRegular = 0x8000;
    public const int TypeSocket = 0xC000;

    public const int PriorityOfProcess = 0;

    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int LockRelease = 8;

    public const int SeekEnd = 2;

    public const int ProtectionRead = 1;
    public const int MapShared = 1;
    public const nint MapFailed = -1;

    public const int AdviceRandom = 1;
    public const int AdviceSequential = 2;
    public const int AdviceWillNeed = 3;
    public const int AdviceDontNeed = 4;
    public const uint SyncRangeWrite = 2;

    // Linux 5.14. Faults pages in for reading and returns an error where touching them would raise SIGBUS.
    public const int AdvicePopulateRead = 22;

    private const string Libc = "libc";

    // The two flags that differ between the processors.
    public static int OpenNoFollow { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    public static int OpenOnlyDirectory { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    [LibraryImport(Libc, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport(Libc, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Libc, EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(FileDescriptor file, in byte bytes, nint count, long offset);

    [LibraryImport(Libc, EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(FileDescriptor file, ref byte bytes, nint count, long offset);

    [LibraryImport(Libc, EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(FileDescriptor file);

    [LibraryImport(Libc, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(FileDescriptor file);

    [LibraryImport(Libc, EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(FileDescriptor file);

    [LibraryImport(Libc, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int SetLength(FileDescriptor file, long length);

    [LibraryImport(Libc, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(FileDescriptor file, int mode, long offset, long length);

    /// <summary>With PriorityOfProcess and 0: of the calling thread, which Linux schedules by itself.</summary>
    [LibraryImport(Libc, EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, uint who, int nice);

    [LibraryImport(Libc, EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(FileDescriptor file, long offset, int whence);

    /// <summary>Returns the error number instead of setting errno.</summary>
    [LibraryImport(Libc, EntryPoint = "posix_fadvise")]
    public static partial int Advise(FileDescriptor file, long offset, long length, int advice);

    /// <summary>Only ever with SyncRangeWrite, which begins to write and waits for nothing.</summary>
    [LibraryImport(Libc, EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncRange(FileDescriptor file, long offset, long length, uint flags);

    /// <summary>With StatEmptyPath and no path: of the open file. The same structure on all processors, unlike stat.
    /// </summary>
    [LibraryImport(Libc, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Stat(FileDescriptor file, string path, int flags, uint wanted, out FileStatus status);

    [LibraryImport(Libc, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(FileDescriptor file, int operation);

    [LibraryImport(Libc, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport(Libc, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport(Libc, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport(Libc, EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    [LibraryImport(Libc, EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport(Libc, EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport(Libc, EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FileSystemStatus(string path, out FileSystemSpace space);

    [LibraryImport(Libc, EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(
        void* address, nint length, int protection, int flags, FileDescriptor file, long offset);

    [LibraryImport(Libc, EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(void* address, nint length);

    [LibraryImport(Libc, EntryPoint = "madvise", SetLastError = true)]
    public static partial int AdviseMemory(void* address, nint length, int advice);

    /// <summary>struct statx, 256 bytes: the field we read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(28)]
        public ushort Mode;
    }

    /// <summary>struct statvfs: the fields we read, and room for the rest (112 bytes in glibc, less in musl).</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct FileSystemSpace
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
    }
}
