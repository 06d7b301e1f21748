// Files that somebody else made, and may have exchanged for anything: a receipt, evidence, an exported directory.
// Stateless; any thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Tiering;

namespace LedgerStore.Engine;

/// <summary>Reads files that are not trusted: never waiting, never more than was agreed.</summary>
public static class ForeignFile
{
    /// <summary>Reads a file that a person named: a link in its path is followed.</summary>
    /// <param name="bytesMax">More is refused before it is read.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is no regular file, is too large, or cannot be read.</exception>
    public static byte[] ReadNamed(string path, int bytesMax) =>
        Read(new LinuxFileSystem().RealPath(Path.GetFullPath(path)), bytesMax);

    /// <summary>Reads a file in a directory that somebody else made: links are not followed.</summary>
    /// <param name="bytesMax">More is refused before it is read.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is no regular file, is too large, or cannot be read.</exception>
    public static byte[] Read(string path, int bytesMax)
    {
        using Stream file = Open(path);
        if (file.Length > bytesMax)
        {
            throw new IOException($"'{path}' has {file.Length:N0} bytes, and no such file has more than {bytesMax:N0}");
        }

        byte[] bytes = new byte[file.Length];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Opens such a file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is no regular file, or cannot be read.</exception>
    public static Stream Open(string path)
    {
        try
        {
            return new IFileStream(new LinuxFileSystem().Open(Path.GetFullPath(path), FileAccessMode.ReadOnly));
        }
        catch (StorageException missing) when (missing.IsNotFound)
        {
            throw new FileNotFoundException($"there is no file '{path}'", path, missing);
        }
    }
}
