// Small files that others name: opened without waiting, and read only if they are files. A named pipe would keep its
// reader until somebody writes into it. Stateless; any thread.
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Durable;

/// <summary>Reads regular files of bounded size.</summary>
internal static class RegularFile
{
    // The same numbers on x86-64 and arm64.
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>Opens it for reading; links are followed.</summary>
    /// <exception cref="IOException">Missing, unreadable, or no file.</exception>
    public static SafeFileHandle Open(string path)
    {
        SafeFileHandle file = new(NativeCalls.Open(path, ReadOnly | NonBlocking | CloseOnExec), ownsHandle: true);
        if (file.IsInvalid)
        {
            string reason = Marshal.GetLastPInvokeErrorMessage();
            file.Dispose();
            throw new IOException(reason);
        }

        try
        {
            // Pipes and terminals cannot be asked for their length.
            RandomAccess.GetLength(file);
            return file;
        }
        catch (NotSupportedException pipe)
        {
            file.Dispose();
            throw new IOException("it is no regular file but a pipe or a device", pipe);
        }
    }

    /// <summary>The whole file as it is now, and who may do what with it.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than the limit.</exception>
    public static byte[] Read(string path, int bytesMax, out UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("file modes are Linux's");
        }

        using SafeFileHandle file = Open(path);

        // Of the open file, not of the path: nobody can exchange it in between.
        mode = File.GetUnixFileMode(file);
        long length = RandomAccess.GetLength(file);
        if (length > bytesMax)
        {
            throw new IOException($"it has {length:N0} bytes, more than the limit of {bytesMax:N0}");
        }

        // One byte more than it has: a file that grows meanwhile is read again at the next look.
        byte[] bytes = new byte[length + 1];
        int count = 0;
        for (int read = 1; read > 0 && count < bytes.Length; count += read)
        {
            read = RandomAccess.Read(file, bytes.AsSpan(count), count);
        }

        return bytes[..(int)Math.Min(count, length)];
    }
}
