// Small secret files that only their owner may read: signing keys. Not through IFileSystem: they lie outside of the
// data directory, and no simulation has them.
// Stateless; any thread.
using LedgerStore.Durable;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Engine.Files;

/// <summary>Reads and writes files of mode 0600.</summary>
internal static class PrivateFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads the whole file; the caller zeroes the bytes.</summary>
    /// <param name="isPrivate">False when others than the owner have any right to it: then nothing is read.</param>
    /// <exception cref="IOException">Missing or unreadable.</exception>
    public static byte[] Read(string path, int bytesMax, out bool isPrivate)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("a store runs on Linux");
        }

        using SafeFileHandle file = RegularFile.Open(path);

        // Of the open file, not of the path: nobody can exchange it in between.
        isPrivate = (File.GetUnixFileMode(file) & Others) == UnixFileMode.None;
        if (!isPrivate)
        {
            return [];
        }

        byte[] bytes = new byte[(int)Math.Min(RandomAccess.GetLength(file), bytesMax)];
        int count = 0;
        for (int read = 1; read > 0 && count < bytes.Length; count += read)
        {
            read = RandomAccess.Read(file, bytes.AsSpan(count), count);
        }

        return count == bytes.Length ? bytes : throw new IOException("it became shorter while it was read");
    }

    /// <summary>Writes a new file; one that exists is never replaced.</summary>
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    public static void Create(string path, ReadOnlySpan<byte> bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("a store runs on Linux");
        }

        using (FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = OwnerOnly,
        }))
        {
            file.Write(bytes);
        }

        // A key that is lost with the power is a log that ends: the file and its name are synced, with our own calls.
        LinuxFileSystem files = new();
        using (IFile written = files.Open(path, FileAccessMode.ReadWrite))
        {
            written.Sync();
        }

        files.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
