// The programs in other languages that documents show, taken out of them to be run.
// Pure but for the file it writes; any thread.

using System.Text.RegularExpressions;
using LedgerStore.Tests.Gates;

namespace LedgerStore.Tests.Docs;

internal static partial class DocumentPrograms
{
    /// <summary>Writes a program of a page into a directory, and says where.</summary>
    internal static string Write(string page, string name, string directory)
    {
        string text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", page));
        Match program = Programs().Matches(text).Single(match => match.Groups["name"].Value == name);
        string file = Path.Combine(directory, name);
        File.WriteAllText(file, program.Groups["text"].Value);
        return file;
    }

    [GeneratedRegex(
        @"<!-- program: (?<name>\S+) -->\n```\w+\n(?<text>.*?)```",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        10_000)]
    private static partial Regex Programs();
}
