// What `bench compare` says of two sets of runs: only what is certain fails, and above 1 is always better.
using System.Runtime.Versioning;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Reports;
using Xunit;

namespace LedgerStore.Tests.Bench;

[SupportedOSPlatform("linux")]
public sealed class ComparisonTests
{
    private const double Threshold = 0.05;

    [Fact]
    public void A_rate_that_is_half_of_what_it_was_is_a_regression()
    {
        Comparison halved = Comparison.Unpaired(Rate(99, 100, 101), Rate(49, 50, 51));
        Assert.Equal(0.5, halved.Ratio, 2);
        Assert.True(halved.IsRegression(Threshold));
        Assert.False(halved.IsGain(Threshold));
    }

    [Fact]
    public void A_cost_that_is_half_of_what_it_was_is_a_gain()
    {
        Comparison halved = Comparison.Unpaired(Cost(99, 100, 101), Cost(49, 50, 51));
        Assert.Equal(2, halved.Ratio, 1);
        Assert.True(halved.IsGain(Threshold));
        Assert.False(halved.IsRegression(Threshold));
    }

    [Fact]
    public void Runs_that_scatter_say_nothing_for_certain()
    {
        Comparison noise = Comparison.Unpaired(Rate(50, 100, 200), Rate(40, 80, 160));
        Assert.True(noise.Ratio < 1);
        Assert.False(noise.IsRegression(Threshold));
        Assert.InRange(1, noise.Low, noise.High);
    }

    [Fact]
    public void A_single_run_says_nothing_for_certain() =>
        Assert.False(Comparison.Unpaired(Rate(100), Rate(1)).IsRegression(Threshold));

    [Fact]
    public void The_same_runs_have_the_ratio_one()
    {
        Comparison same = Comparison.Unpaired(Rate(99, 100, 101), Rate(99, 100, 101));
        Assert.Equal(1, same.Ratio, 12);
        Assert.False(same.IsRegression(0) || same.IsGain(0));
    }

    [Fact]
    public void Pairs_show_a_change_that_the_machine_hides_from_unpaired_runs()
    {
        // The machine is four times as fast in one round as in another; B is a tenth slower in each of them.
        ReportFigure[] old = [Rate(100), Rate(200), Rate(400), Rate(150)];
        ReportFigure[] now = [Rate(90), Rate(181), Rate(359), Rate(135)];
        Assert.True(Comparison.Paired(old, now).IsRegression(Threshold));
        Assert.False(Comparison.Unpaired(Rate(100, 200, 400, 150), Rate(90, 181, 359, 135)).IsRegression(Threshold));
    }

    [Fact]
    public void A_counter_that_stays_zero_did_not_change()
    {
        Comparison zero = Comparison.Unpaired(Cost(0, 0, 0), Cost(0, 0, 0));
        Assert.Equal(1, zero.Ratio, 12);
        Assert.False(zero.IsRegression(Threshold));
    }

    private static ReportFigure Rate(params double[] runs) => Figure(lowerIsBetter: false, runs);

    private static ReportFigure Cost(params double[] runs) => Figure(lowerIsBetter: true, runs);

    private static ReportFigure Figure(bool lowerIsBetter, double[] runs) => ReportFigure.Of(
        new BenchResult("test", BenchRun.Median(runs), "", Floor: null, Target: null, lowerIsBetter, runs));
}
