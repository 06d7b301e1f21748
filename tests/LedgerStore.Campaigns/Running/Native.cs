// The few calls of the kernel that .NET has no name for. Stateless; any thread.
using System.Runtime.InteropServices;

namespace LedgerStore.Campaigns.Running;

/// <summary>Calls into libc.</summary>
internal static class Native
{
    private const int DirectoryFlag = 0x10000;

    // _IOR('X', 125, __u32): the same number for XFS and ext4.
    private const ulong GoingDown = 0x8004587D;

    /// <summary>Shuts a mounted file system down, as the power does: nothing more reaches its disk.</summary>
    /// <param name="flushLog">Whether its own log is written before: as if the power went a moment later.</param>
    public static void ShutDown(string mount, bool flushLog)
    {
        uint flags = flushLog ? 1U : 2U;
        int descriptor = Open(mount, DirectoryFlag);
        int result = descriptor < 0 ? descriptor : Ioctl(descriptor, GoingDown, ref flags);
        int error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0 && Close(descriptor) != 0)
        {
            result = -1;
        }

        if (result != 0)
        {
            throw new IOException($"{mount} cannot be shut down: error {error}");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int descriptor, ulong request, ref uint argument);
}
