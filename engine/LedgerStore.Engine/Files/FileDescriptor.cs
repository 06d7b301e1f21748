// A Linux file descriptor that cannot be used after it was closed: calls in flight keep it open.
// Shared by those who call into the file; closed once.

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Engine.Files;

/// <summary>An open descriptor. Closing waits for calls under way, so a number is never reused under a caller.
/// </summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    // As strict as the files: only the owner may read.
    private const uint OwnerReadsAndWrites = 0b110_000_000;

    private FileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>open(2) with O_CLOEXEC. The errno is 0 when it succeeded, and the handle null when not.</summary>
    public static FileDescriptor? TryOpen(string path, int flags, out int errno)
    {
        int descriptor;
        do
        {
            descriptor = LinuxNative.Open(path, flags | LinuxNative.OpenCloseOnExec, OwnerReadsAndWrites);
            errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (errno == FileErrno.Interrupted);

        return descriptor < 0 ? null : new FileDescriptor(descriptor);
    }

    public static FileDescriptor Open(StorageOperation operation, string path, int flags) =>
        TryOpen(path, flags, out int errno) ?? throw new StorageException(operation, errno, path);

    /// <summary>Opens a regular file that is there, and refuses everything else that may have its name.</summary>
    /// <remarks>Whoever can write the directory decides what lies there. A link would lead out of it, a pipe would let
    /// the open wait for ever (O_NONBLOCK means nothing to a regular file), and a directory or a device has no length.
    /// What was opened is looked at, not the path: nobody can exchange it in between.</remarks>
    public static FileDescriptor OpenRegular(StorageOperation operation, string path, int flags)
    {
        FileDescriptor file = Open(
            operation, path, flags | LinuxNative.OpenNoFollow | LinuxNative.OpenNonBlocking);
        try
        {
            if (LinuxNative.Stat(file, string.Empty, LinuxNative.StatEmptyPath, LinuxNative.StatType, out var status)
                != 0)
            {
                throw new StorageException(StorageOperation.Stat, Marshal.GetLastPInvokeError(), path);
            }

            int type = status.Mode & LinuxNative.TypeMask;
            return type == LinuxNative.TypeRegular ? file : throw StorageException.NotRegular(operation, type, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // What close reports is not looked at: everything that must be durable was synced, with its result checked,
    // and Linux frees the descriptor even when close says EINTR or EIO.
    protected override bool ReleaseHandle() => LinuxNative.Close((int)handle) == 0;
}
