// The few calls of the kernel that .NET has no name for. Stateless; any thread.
using System.Runtime.InteropServices;

namespace LedgerStore.Campaigns.Running;

/// <summary>Calls into libc.</summary>
internal static class Native
{
    private const int DirectoryFlag = 0x10000;
    private const int ReadWriteFlag = 2;

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

    /// <summary>Mounts over a file what the holder of the returned descriptor of /dev/fuse answers for.</summary>
    public static int MountFuse(string path)
    {
        int descriptor = Open("/dev/fuse", ReadWriteFlag);
        string options = $"fd={descriptor},rootmode=100600,user_id=0,group_id=0";
        return descriptor >= 0 && Mount("sick", path, "fuse", 0, options) == 0
            ? descriptor
            : throw new IOException($"/dev/fuse: error {Marshal.GetLastPInvokeError()}");
    }

    [DllImport("libc", EntryPoint = "mount", SetLastError = true)]
    private static extern int Mount(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string source,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string target,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string type,
        ulong flags,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string options);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int descriptor, ulong request, ref uint argument);
}
