// Directories of a store: copied with their holes, listed. Stateless; any thread.
using System.Diagnostics;

namespace LedgerStore.Campaigns.Running;

/// <summary>A directory with everything below it.</summary>
internal static class Tree
{
    /// <summary>Times and modes stay; zeros become holes.</summary>
    public static void Copy(string from, string to)
    {
        using Process copy = Process.Start("cp", ["-a", "--sparse=always", from, to]);
        copy.WaitForExit();
        if (copy.ExitCode != 0)
        {
            throw new IOException($"{from} cannot be copied to {to}");
        }
    }

    /// <summary>All files, by their paths below the directory.</summary>
    public static string[] Files(string directory) =>
    [
        .. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(directory, path))
            .Order(StringComparer.Ordinal),
    ];
}
