// Directories that several threads may need first. Stateless; any thread.

namespace LedgerStore.Engine.Files;

/// <summary>Makes directories.</summary>
internal static class Directories
{
    /// <summary>Makes a directory if there is none. Somebody else may make it at the same moment.</summary>
    public static void Ensure(this IFileSystem files, string path)
    {
        if (files.Exists(path))
        {
            return;
        }

        try
        {
            files.CreateDirectory(path);
        }
        catch (StorageException made) when (made.Errno == FileErrno.Exists)
        {
            // By another thread, between the two calls.
        }
    }
}
