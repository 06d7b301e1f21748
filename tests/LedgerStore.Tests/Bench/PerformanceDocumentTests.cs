// PERFORMANCE.md and the page that is drawn from the reports: both say what the reports say, and the targets are those
// that the suites are judged by.

using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using LedgerStore.Bench;
using LedgerStore.Bench.Reports;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Bench;

[SupportedOSPlatform("linux")]
public sealed partial class PerformanceDocumentTests
{
    // The document is ours, and still no expression may run for ever.
    private const int MatchMilliseconds = 60_000;

    private sealed record Row(string Figure, double Target, double Measured, double Low, double High, bool IsMet);

    [Fact]
    public void The_table_of_targets_says_what_the_report_says()
    {
        Dictionary<string, JsonElement> report = Report();
        Assert.All(Rows(), row =>
        {
            JsonElement figure = report[row.Figure];
            double[] runs = [.. figure.GetProperty("runs").EnumerateArray().Select(run => run.GetDouble())];
            AssertNear(figure.GetProperty("value").GetDouble(), row.Measured, row.Figure);
            AssertNear(runs.Min(), row.Low, row.Figure);
            AssertNear(runs.Max(), row.High, row.Figure);
            Assert.Equal(figure.GetProperty("target").GetDouble(), row.Target);
            Assert.Equal(figure.GetProperty("met").GetBoolean(), row.IsMet);
        });
    }

    [Fact]
    public void Every_target_that_is_judged_is_in_the_table_or_said_not_to_be()
    {
        Dictionary<string, double> judged = BenchSuites.Targets.ToDictionary(
            static target => target.Figure, static target => target.Value);
        Row[] rows = Rows();
        Assert.All(rows, row => Assert.Equal(judged[row.Figure], row.Target));
        string[] others = [.. judged.Keys.Except(rows.Select(static row => row.Figure), StringComparer.Ordinal)];
        Assert.All(
            others,
            figure => Assert.Contains($"not in this table: `{figure}`", Document(), StringComparison.Ordinal));
    }

    /// <summary>The page is made from the files beside it: made again, it is the same.</summary>
    [Fact]
    public void The_page_is_what_the_reports_make()
    {
        string made = Path.Combine(Path.GetTempPath(), $"ledgerstore-page-{Guid.NewGuid():n}.html");
        try
        {
            HtmlReport.Write(made, HtmlReport.Load(Results()));
            Assert.Equal(File.ReadAllText(Path.Combine(Results(), "index.html")), File.ReadAllText(made));
        }
        finally
        {
            File.Delete(made);
        }
    }

    private static string Document() => File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "PERFORMANCE.md"));

    private static string Results() => Path.Combine(
        SourceTree.Root, ResultsFile().Match(Document()).Groups["folder"].Value);

    private static Dictionary<string, JsonElement> Report()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Results(), "all.json")));
        return json.RootElement.GetProperty("results").EnumerateArray()
            .ToDictionary(static result => result.GetProperty("name").GetString()!, static result => result.Clone());
    }

    private static Row[] Rows() =>
    [
        .. TargetRow().Matches(Document()).Select(static match => new Row(
            match.Groups["figure"].Value,
            Number(match.Groups["target"].Value),
            Number(match.Groups["measured"].Value),
            Number(match.Groups["low"].Value),
            Number(match.Groups["high"].Value),
            match.Groups["met"].Value == "met")),
    ];

    private static double Number(string text) =>
        double.Parse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    // Tables round to three or four digits.
    private static void AssertNear(double exact, double shown, string figure) =>
        Assert.True(
            Math.Abs(exact - shown) <= 0.006 * Math.Abs(exact), $"{figure}: {shown}, and the report has {exact}");

    [GeneratedRegex(
        "File\\s+`(?<folder>bench/results/[^/`]+)/all.json`", RegexOptions.ExplicitCapture, MatchMilliseconds)]
    private static partial Regex ResultsFile();

    [GeneratedRegex(
        "^\\| `(?<figure>[a-z0-9_.]+)` \\| [<>]= (?<target>[-0-9.,]+) \\| (?<measured>[-0-9.,]+)[^|]*\\| "
        + "(?<low>[-0-9.,]+) to (?<high>[-0-9.,]+) \\|[^|]*\\| \\**(?<met>met|missed)\\** \\|$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        MatchMilliseconds)]
    private static partial Regex TargetRow();
}
