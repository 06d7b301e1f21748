// The shell blocks of the documents. Each says in the line above it that it is run, or why it is not.

using LedgerStore.Tests.Gates;

namespace LedgerStore.Tests.Cli;

/// <param name="Comment">What the line above says, without the marks of a comment.</param>
internal sealed record ShellBlock(string Page, int Line, string Comment, string Text)
{
    public bool IsRun => Comment == "run" || Comment.StartsWith("run:", StringComparison.Ordinal);

    public override string ToString() => $"{Page}:{Line}";
}

internal static class ShellBlocks
{
    private static readonly string[] s_languages = ["```sh", "```bash", "```console", "```shell"];

    /// <summary>The pages that a user reads.</summary>
    public static IEnumerable<string> Pages() =>
        ["README.md", .. Below("docs"), .. Below("client"), .. Below("server"), .. Below("bench")];

    public static IEnumerable<ShellBlock> Of(string page)
    {
        string[] lines = File.ReadAllLines(Path.Combine(SourceTree.Root, page));
        for (int i = 0; i < lines.Length; i++)
        {
            if (!s_languages.Contains(lines[i]))
            {
                continue;
            }

            int end = Array.IndexOf(lines, "```", i);
            string above = i == 0 ? string.Empty : lines[i - 1];
            string comment = above.StartsWith("<!-- ", StringComparison.Ordinal)
                ? above["<!-- ".Length..].Replace(" -->", "", StringComparison.Ordinal)
                : string.Empty;
            yield return new ShellBlock(page, i + 1, comment, string.Join('\n', lines[(i + 1)..end]) + "\n");
            i = end;
        }
    }

    /// <summary>What a reader of a page pastes, one block after the other.</summary>
    public static string Script(string page) =>
        "set -e\n" + string.Concat(Of(page).Where(block => block.IsRun).Select(block => block.Text));

    private static IEnumerable<string> Below(string folder) => Directory
        .EnumerateFiles(Path.Combine(SourceTree.Root, folder), "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(SourceTree.Root, file))
        .Where(file => !file.Contains("/bin/", StringComparison.Ordinal)
            && !file.Contains("/obj/", StringComparison.Ordinal)
            && !file.Contains("/node_modules/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
