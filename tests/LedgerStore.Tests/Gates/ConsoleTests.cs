// The gate that keeps what others wrote from reaching a terminal as it is: commands write through the one escaping
// writer, and only the files that make it know of streams, colours and the console.

using System.Text.RegularExpressions;
using Xunit;

namespace LedgerStore.Tests.Gates;

public sealed partial class ConsoleTests
{
    private const string Root = "client/LedgerStore.Cli/";

    // They make the writer, or draw with what they escaped by themselves.
    private static readonly string[] s_makers =
    [
        "Hosting/CliHost.cs", "Output/TextOut.cs", "Output/TextTable.cs", "Output/ProgressLine.cs",
        "Output/EntryPrinter.cs", "Output/EntryColumns.cs", "Demo/DemoShell.cs",
    ];

    [Fact]
    public void Nothing_is_written_around_the_escaping_writer()
    {
        string[] files = [.. Directory.EnumerateFiles(
                Path.Combine(SourceTree.Root, Root), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(SourceTree.Root, Root), file))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal)
                && !file.StartsWith("bin/", StringComparison.Ordinal))];
        Assert.True(files.Length > 60, $"only {files.Length} files");
        Assert.All(s_makers, maker => Assert.Contains(maker, files));
        string[] wrong = [.. files.Except(s_makers)
            .SelectMany(file => Check(file, File.ReadAllText(Path.Combine(SourceTree.Root, Root, file))))];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("Console.WriteLine(text);", 1)]
    [InlineData("System.Console.Error.Write(text);", 1)]
    [InlineData("run.Host.Out.Exact(bytes);", 1)]
    [InlineData("run.Host.Out.Drawing.Write(text);", 1)]
    [InlineData("AnsiConsole.Write(table);", 1)]
    [InlineData("run.Host.ErrorStream.Write(bytes);", 1)]
    [InlineData("using Stream raw = new FileStream(handle, FileAccess.Write);", 0)]
    [InlineData("run.Line(\"\\e[31m\" + text);", 1)]
    [InlineData("run.Line(\"\\u001b[31m\" + text);", 1)]
    [InlineData("run.Line(text); // Console.WriteLine", 0)]
    [InlineData("run.Host.Err.Line(text); TextTable.Write(run, headers, rows);", 0)]
    public void Each_way_around_is_seen(string code, int count) => Assert.Equal(count, Check("x.cs", code).Count());

    private static IEnumerable<string> Check(string file, string text)
    {
        // Escape sequences are in strings, everything else is in code.
        IEnumerable<Match> found = Around().Matches(CodeText.Strip(text)).Concat(Sequence().Matches(text));
        return found.Select(match => $"{Root}{file}: '{match.Value}' goes around Run.Line, Run.Text and their kin");
    }

    [GeneratedRegex(@"\b(Ansi)?Console\s*\.|\.\s*(Exact|Drawing|ErrorStream)\b", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Around();

    [GeneratedRegex(@"\\e\[|\\u001b|\\x1b", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex Sequence();
}
