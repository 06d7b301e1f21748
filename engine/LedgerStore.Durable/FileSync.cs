// Makes files and directories durable, and says so only when it is true.
// Blocking calls; run where blocking is allowed.

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Durable;

/// <summary>fsync, with its result looked at.</summary>
internal static class FileSync
{
    private const int ReadOnly = 0;
    private const int Interrupted = 4;

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

        int error = SyncNow((int)file.DangerousGetHandle());
        GC.KeepAlive(file);
        if (error != 0)
        {
            throw Failure(path, error);
        }
    }

    /// <summary>The names in the directory are on the disk when this returns.</summary>
    internal static void Directory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS keeps its names in a journal of its own.
            return;
        }

        int directory = NativeCalls.Open(path, ReadOnly);
        int error = directory < 0 ? Marshal.GetLastPInvokeError() : SyncNow(directory);
        if (directory >= 0)
        {
            _ = NativeCalls.Close(directory);
        }

        if (error != 0)
        {
            throw Failure(path, error);
        }
    }

    // A signal that came in between says nothing about the disk.
    private static int SyncNow(int file)
    {
        int error;
        do
        {
            error = NativeCalls.Sync(file) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == Interrupted);

        return error;
    }

    private static FileSyncException Failure(string path, int error) =>
        new($"sync of {path} failed: {Marshal.GetPInvokeErrorMessage(error)}; what was written may be lost");
}
