// What .NET has no call for: pipes, devices, sockets, hard links. Stateless; any thread.

using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal static partial class NativeFiles
{
    private const uint CharacterDevice = 0x2000 | 0x1A4;

    /// <summary>Whether a file can be read to its end: a pipe, a device or a socket has no length.</summary>
    public static bool HasBytes(string path) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null, Length: > 0 and < 1 << 28 };

    public static bool MakePipe(string path) => MkFifo(path, 0x1A4) == 0;

    /// <summary>1, 3 is what /dev/null is; 1, 5 is /dev/zero. Only who may does.</summary>
    public static bool MakeDevice(string path, int minor) => MkNod(path, CharacterDevice, (1u << 8) | (uint)minor) == 0;

    public static void MakeHardLink(string from, string to)
    {
        if (Link(from, to) != 0)
        {
            File.Copy(from, to);
        }
    }

    /// <summary>A name in a directory that nobody listens at; false when the path is too long for one.</summary>
    public static bool MakeSocket(string path)
    {
        if (path.Length > 100)
        {
            return false;
        }

        // The name outlives the socket.
        string kept = path + ".s";
        using (Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(kept));
            File.Move(kept, path);
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MkFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mknod", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MkNod(string path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);
}
