// A Linux file descriptor that cannot be used after it was closed: calls in flight keep it open.
// Shared by those who call into the file; closed once.

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Engine.Files;

/// <summary>An open descriptor. Closing waits for calls under way, so a number is never reused under a caller.
/// </summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    // As strict as the files: only the owner may read (DESIGN.md section 5).
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

    // What close reports is not looked at: everything that must be durable was synced, with its result checked,
    // and Linux frees the descriptor even when close says EINTR or EIO.
    protected override bool ReleaseHandle() => LinuxNative.Close((int)handle) == 0;
}
