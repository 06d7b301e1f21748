// The files of an evidence directory, for the page: those that an export has, and no others. Somebody else made the
// directory: no link is followed, nothing that is no regular file is opened, and all of it is bounded. Immutable.
using LedgerStore.Engine;
using LedgerStore.WebConsole.Hosting;

namespace LedgerStore.Cli;

/// <summary>Lists and reads.</summary>
internal static class EvidenceFiles
{
    // As many receipts as a browser can show at once, and the few others.
    private const int FilesMax = 20_000;

    private const int FileBytesMax = 64 * 1024 * 1024;

    private static readonly string[] s_single =
    [
        "bundle.json", EvidenceBundle.KeyFile, EvidenceBundle.CheckpointFile, EvidenceBundle.EntriesFile,
        EvidenceBundle.UnpackedFile,
    ];

    private static readonly string[] s_directories =
        [EvidenceBundle.ReceiptsDirectory, EvidenceBundle.RotationsDirectory];

    /// <exception cref="UsageException">It is no evidence directory, or too large for a page.</exception>
    public static ConsoleFiles Open(string directory)
    {
        string root = Path.GetFullPath(directory);
        if (!Directory.Exists(root))
        {
            throw new UsageException($"there is no directory {directory}", "`ledger export` writes one");
        }

        List<string> names = [.. s_single.Where(name => File.Exists(Path.Combine(root, name)))];
        if (!names.Contains(EvidenceBundle.CheckpointFile))
        {
            throw new UsageException(
                $"{directory} is no evidence directory: it has no file '{EvidenceBundle.CheckpointFile}'",
                "`ledger export` writes one; a data directory is shown with --data");
        }

        foreach (string inner in s_directories.Where(inner => IsDirectory(Path.Combine(root, inner))))
        {
            names.AddRange(Directory.EnumerateFiles(Path.Combine(root, inner)).Take(FilesMax + 1)
                .Select(path => $"{inner}/{Path.GetFileName(path)}").Order(StringComparer.Ordinal));
        }

        if (names.Count > FilesMax)
        {
            throw new UsageException(
                $"{directory} has more than {FilesMax:N0} files, which no page can show",
                "`ledger verify --bundle DIR` checks all of them");
        }

        return new ConsoleFiles(names, name => ForeignFile.Read(Path.Combine(root, name), FileBytesMax));
    }

    // One that is a link leads somewhere else.
    private static bool IsDirectory(string path) =>
        new DirectoryInfo(path) is { Exists: true, LinkTarget: null };
}
