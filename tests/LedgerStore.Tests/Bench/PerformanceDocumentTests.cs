// PERFORMANCE.md: its tables are what the report beside it makes, and everything that is judged is in them.

using System.Runtime.Versioning;
using LedgerStore.Bench;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Reports;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Bench;

[SupportedOSPlatform("linux")]
public sealed class PerformanceDocumentTests
{
    private static readonly string s_page =
        File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "PERFORMANCE.md"));

    private static readonly ReportFile s_report =
        ReportFile.Read(Path.Combine(SourceTree.Root, PerformancePage.SourceOf(s_page)));

    [Fact]
    public void The_tables_are_what_the_report_makes() =>
        Assert.Equal(PerformancePage.Render(s_page, s_report), s_page);

    [Fact]
    public void The_report_is_the_one_of_its_machine() =>
        Assert.Equal(PerformancePage.FileOf(s_report.Machine), PerformancePage.SourceOf(s_page));

    [Fact]
    public void Every_target_that_is_judged_is_in_the_report_with_its_value()
    {
        Dictionary<string, ReportFigure> measured = s_report.Results.ToDictionary(static figure => figure.Name);
        Assert.All(BenchSuites.Targets, target => Assert.Equal(target, measured[target.Figure].Judged));
    }

    [Fact]
    public void A_page_is_made_from_names_and_their_beginnings()
    {
        ReportFigure figure = ReportFigure.Of(new BenchResult(
            "a.rate", 1234, "1/s", Floor: 2468, Target.ShareOfFloor("a.rate", 0.4), LowerIsBetter: false,
            [1200, 1300]));
        ReportFile report = s_report with { Results = [figure, figure with { Name = "b.other", Target = null }] };
        string made = PerformancePage.Render(
            "before\n<!-- table a.* -->\nold\n<!-- end -->\n<!-- table targets -->\n<!-- end -->\nafter", report);
        Assert.Equal(
            "before\n<!-- table a.* -->\n| figure | measured | runs | share of its floor |\n|---|---|---|---|\n"
            + "| `a.rate` | 1,234 1/s | 1,200 to 1,300 | 0.5 |\n<!-- end -->\n<!-- table targets -->\n"
            + "| figure | target | measured | runs | share of its floor | |\n|---|---|---|---|---|---|\n"
            + "| `a.rate` | 0.4 of its floor | 1,234 1/s | 1,200 to 1,300 | 0.5 | met |\n\n"
            + "1 figures have a target, 1 meet it.\n<!-- end -->\nafter",
            made);
    }
}
