// The one place where keys and certificates touch the disk: private files are created 0600 and appear complete or not
// at all. Called by one thread at a time.
using System.Text;
using LedgerStore.Durable;
using Microsoft.Win32.SafeHandles;

namespace LedgerStore.Pki;

/// <summary>Reads and writes PEM files with the right modes.</summary>
public static class PkiFiles
{
    /// <summary>What anybody but the owner may do.</summary>
    public const UnixFileMode OthersMask = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>No certificate, key or policy of ours is larger; a larger file is something else.</summary>
    public const int FileBytesMax = 1024 * 1024;

    /// <summary>Writes a private key: 0600.</summary>
    public static void WritePrivate(string path, string text) => Write(path, text, Private);

    /// <summary>Writes what may be seen: 0644.</summary>
    public static void WritePublic(string path, string text) => Write(path, text, Public);

    /// <summary>Makes a directory that only its owner enters.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw Unsupported();
        }

        DurableDirectory.Create(path, Private | UnixFileMode.UserExecute);
    }

    /// <summary>True if anybody but the owner can do anything with the file. Follows links to the file.</summary>
    public static bool IsOpenToOthers(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw Unsupported();
        }

        using SafeFileHandle file = RegularFile.Open(path);
        return (File.GetUnixFileMode(file) & OthersMask) != UnixFileMode.None;
    }

    /// <summary>Reads a text file of bounded size.</summary>
    /// <exception cref="PkiException">It cannot be read.</exception>
    public static string Read(string path) => Encoding.UTF8.GetString(ReadBytes(path));

    /// <summary>Reads a file of bounded size.</summary>
    /// <exception cref="PkiException">It cannot be read.</exception>
    public static byte[] ReadBytes(string path) => ReadBytes(path, out _);

    /// <summary>The same, and what the file's mode was.</summary>
    /// <exception cref="PkiException">It cannot be read.</exception>
    public static byte[] ReadBytes(string path, out UnixFileMode mode)
    {
        try
        {
            return RegularFile.Read(path, FileBytesMax, out mode);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PkiException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static PlatformNotSupportedException Unsupported() =>
        new("private keys need file modes, which this system does not have");

    // A crash leaves the old file or the new one. What was written is durable when this returns: a key that is lost
    // with the power is an authority that ends.
    private static void Write(string path, string text, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw Unsupported();
        }

        // Also when the umask takes bits away: a public file stays readable for the services that need it.
        AtomicFile.Replace(new SystemFiles(mode), path, Encoding.UTF8.GetBytes(text));
    }
}
