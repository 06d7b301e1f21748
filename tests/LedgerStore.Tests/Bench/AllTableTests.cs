// The table of `bench all`: every target, what was measured, and what was not.
using System.Runtime.Versioning;
using LedgerStore.Bench;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Reports;
using Xunit;

namespace LedgerStore.Tests.Bench;

[SupportedOSPlatform("linux")]
public sealed class AllTableTests
{
    private static readonly string s_speedup = $"{BenchSuites.Targets
        .Single(static target => target.Figure == "proofs.node_hash.speedup").Value}";

    private static readonly string[] s_table = Table(
        Figure("B/B", 0.48, null, Target.AtMost("engine.disk.bytes_ratio", 0.55)),
        Figure("x", 4.9, null, Target.AtLeast("proofs.node_hash.speedup", 5)),
        Figure("1/s", 900, 1_000, Target.ShareOfFloor("wire.read.records_per_second", 0.5)));

    [Fact]
    public void A_figure_that_meets_its_target_says_so() => Assert.Equal(
        ["engine.disk.bytes_ratio", "<=", "0.55", "0.48", "B/B", "yes"], Row("engine.disk.bytes_ratio"));

    [Fact]
    public void A_figure_that_misses_its_target_says_so() => Assert.Equal(
        ["proofs.node_hash.speedup", ">=", s_speedup, "4.9", "x", "NO"], Row("proofs.node_hash.speedup"));

    [Fact]
    public void A_share_of_a_floor_is_told_as_one() => Assert.Equal(
        ["wire.read.records_per_second", "0.5", "of", "its", "floor", "0.9", "1/s", "yes"],
        Row("wire.read.records_per_second"));

    [Fact]
    public void What_was_not_measured_is_there_with_its_target() => Assert.Equal(
        ["tiers.warm_ratio", "<=", "0.85", "not", "measured"], Row("tiers.warm_ratio"));

    [Fact]
    public void Every_target_has_a_row() =>
        Assert.All(BenchSuites.Targets, target => Assert.NotEmpty(Row(target.Figure)));

    [Fact]
    public void A_suite_without_a_report_is_named() =>
        Assert.Contains("suite wire ended without a report", s_table);

    [Fact]
    public void The_end_says_how_many_targets_are_met_and_how_long_it_took() =>
        Assert.Equal($"2 of {BenchSuites.Targets.Count} targets met, in 1:08:05", s_table[^1]);

    private static string[] Row(string figure) => s_table
        .Single(line => line.StartsWith(figure + " ", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Table(params ReportFigure[] figures)
    {
        using StringWriter output = new();
        AllCommand.PrintTable(output, [.. figures], ["wire"], new TimeSpan(1, 8, 5));
        return output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static ReportFigure Figure(string unit, double value, double? floor, Target target) =>
        ReportFigure.Of(new BenchResult(target.Figure, value, unit, floor, target, target.LowerIsBetter, [value]));
}
