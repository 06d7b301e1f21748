// Makes files and directories durable, and says so only when it is true.
// Blocking calls; run where blocking is allowed.

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Client;

internal static partial class FileSync
{
    private const int ReadOnly = 0;

    /// <summary>The file's bytes and length are on the disk when this returns.</summary>
    internal static void File(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // On Windows it reports errors; on Unix it swallows them, hence the calls below.
            RandomAccess.FlushToDisk(file);
#pragma warning restore RS0030
            return;
        }

        ThrowIfFailed(Sync((int)file.DangerousGetHandle()), path);
    }

    /// <summary>The names in the directory are on the disk when this returns.</summary>
    internal static void Directory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS keeps its names in a journal of its own.
            return;
        }

        int directory = Open(path, ReadOnly);
        ThrowIfFailed(directory, path);
        int result = Sync(directory);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(directory);
        if (result < 0)
        {
            throw Failure(path, error);
        }
    }

    private static void ThrowIfFailed(int result, string path)
    {
        if (result < 0)
        {
            throw Failure(path, Marshal.GetLastPInvokeError());
        }
    }

    private static SpoolSyncException Failure(string path, int error) =>
        new($"sync of {path} failed: {Marshal.GetPInvokeErrorMessage(error)}; what was written may be lost");

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}

/// <summary>A sync failed: a second one would report success although the bytes are lost.</summary>
internal sealed class SpoolSyncException(string message) : IOException(message);
