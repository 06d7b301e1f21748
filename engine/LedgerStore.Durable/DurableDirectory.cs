// Directories for files that must not be lost: what is synced into a directory is gone all the same when the
// directory's own name is. Blocking calls; any thread.

namespace LedgerStore.Durable;

/// <summary>Makes directories whose names are durable.</summary>
internal static class DurableDirectory
{
    /// <summary>Makes it, with all that are missing above it. Nothing happens when it is there.</summary>
    /// <param name="mode">Of those that are made; null: as the umask says. Windows has none.</param>
    /// <exception cref="IOException">It failed; a <see cref="FileSyncException"/> when it was a sync.</exception>
    public static void Create(string path, UnixFileMode? mode)
    {
        Stack<string> missing = new();
        for (string at = Path.GetFullPath(path); !Directory.Exists(at); at = Path.GetDirectoryName(at)!)
        {
            missing.Push(at);
        }

        foreach (string directory in missing)
        {
            if (OperatingSystem.IsWindows() || mode is not { } wanted)
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, wanted);
            }

            FileSync.Directory(Path.GetDirectoryName(directory)!);
        }
    }
}
