// The repository as the gates see it: every text file that belongs to it, found from the place of the solution.
// Read once by each gate; any thread.

namespace LedgerStore.Tests.Gates;

/// <summary>Where the sources are.</summary>
internal static class SourceTree
{
    private static readonly string[] s_generated =
        ["bin", "obj", ".git", ".vs", ".idea", "artifacts", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts"];

    private static readonly string[] s_textEndings =
    [
        ".cs", ".csproj", ".sln", ".props", ".targets", ".json", ".md", ".txt", ".proto", ".yaml", ".yml", ".sh",
        ".py", ".js", ".mjs", ".ts", ".tsx", ".editorconfig", ".gitignore", ".html", ".css", ".svg", ".toml", ".c",
    ];

    /// <summary>The directory of LedgerStore.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All text files of the repository: path from the root with '/', and content.</summary>
    public static IEnumerable<(string Path, string Text)> TextFiles() =>
        Walk(Root).Select(path => (Path.GetRelativePath(Root, path), File.ReadAllText(path)));

    /// <summary>All C# files of the repository, or of a folder of it.</summary>
    public static IEnumerable<(string Path, string Text)> CSharpFiles(string folder) =>
        Walk(Path.Combine(Root, folder))
            .Where(path => path.EndsWith(".cs", StringComparison.Ordinal))
            .Select(path => (Path.GetRelativePath(Root, path), File.ReadAllText(path)));

    private static IEnumerable<string> Walk(string directory)
    {
        foreach (string path in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            // A script or a hook may have no ending (.ci/run).
            string ending = Path.GetExtension(path);
            if (ending.Length == 0 || s_textEndings.Contains(ending))
            {
                yield return path;
            }
        }

        foreach (string below in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            if (!s_generated.Contains(Path.GetFileName(below)))
            {
                foreach (string path in Walk(below))
                {
                    yield return path;
                }
            }
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "LedgerStore.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName
            ?? throw new InvalidOperationException("the gates need the sources: no LedgerStore.sln above the tests");
    }
}
