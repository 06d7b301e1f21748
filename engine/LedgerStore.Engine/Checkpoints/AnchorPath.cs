// Where an anchor may be: not in the data directory, by no way, or a copy of the directory would bring it along.
// Stateless; any thread.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>Refuses paths that lead into the data directory, or that another file could be put behind.</summary>
internal static class AnchorPath
{
    /// <summary>Checks a path; the anchor itself need not exist yet.</summary>
    /// <param name="data">The data directory, which exists.</param>
    /// <exception cref="StoreException">InvalidArgument.</exception>
    public static void Check(IFileSystem files, string data, string path)
    {
        int slash = path.LastIndexOf('/');
        if (!path.StartsWith('/') || IsWithin(path, data))
        {
            throw Refusal($"the anchor '{path}' must be an absolute path outside of the data directory '{data}'");
        }

        string directory = files.RealPath(slash == 0 ? "/" : path[..slash]);
        if (IsWithin(directory + "/", files.RealPath(data)))
        {
            throw Refusal($"the anchor '{path}' is in the data directory '{data}', by a symbolic link");
        }

        // Whoever may change the link decides which anchor is compared with; and it is replaced by renaming, which
        // would replace the link.
        string real = files.RealPath(path);
        if (real != $"{directory.TrimEnd('/')}{path[slash..]}")
        {
            throw Refusal($"the anchor '{path}' is a symbolic link to '{real}': give the path of the file itself");
        }
    }

    private static bool IsWithin(string path, string directory) =>
        path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static StoreException Refusal(string why) => new(
        StoreReason.InvalidArgument, why + "; a copy of the directory must not bring its own anchor along");
}
