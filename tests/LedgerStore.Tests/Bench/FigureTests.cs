// The figures of the interface: whoever compares releases relies on their names, their targets and their sense.
// What runs here is a suite that measures nothing; the real ones take minutes.
using System.Runtime.Versioning;
using LedgerStore.Bench;
using LedgerStore.Bench.Frame;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Bench;

[SupportedOSPlatform("linux")]
public sealed class FigureTests
{
    private const double CheckpointIntervalMillis = 100;

    private static readonly Target[] s_interface =
    [
        Target.AtLeast("proofs.node_hash.speedup", Sha256Paths.Best == Sha256Path.Lanes16 ? 10 : 5),
        Target.ShareOfFloor("proofs.tree_build.entries_per_second", 0.5),
        Target.ShareOfFloor("proofs.verify_inclusion.batched_per_second", 0.5),
        Target.ShareOfFloor("engine.append.records_per_second", 0.6),
        Target.AtMost("engine.append.cpu_vs_hash_and_compress", 1.35),
        Target.AtMost("engine.append.alloc_bytes_per_record", 2),
        Target.AtLeast("engine.append.ledgers_1000_vs_1", 0.9),
        Target.AtMost("engine.single.latency_vs_floor", 1.5),
        Target.ShareOfFloor("engine.read.sequential_records_per_second", 0.4),
        Target.ShareOfFloor("engine.read.random_page_cache_per_second", 0.4),
        Target.AtMost("engine.disk.bytes_ratio", 0.55),
        Target.ShareOfFloor("engine.open.journal_mb_per_second", 0.75),
        Target.AtMost("engine.memory.peak_anonymous_mb", 400),
        Target.AtMost("engine.memory.idle_10000_ledgers_mb", 200),
        Target.AtMost("checkpoint.signing_overhead", 0.05),
        Target.AtMost("checkpoint.publish_lag_ms", CheckpointIntervalMillis + 5),
        Target.AtMost("checkpoint.cpu_of_one_core_1000_ledgers", 0.1),
        Target.ShareOfFloor("verify.offline.entries_per_second", 0.3),
        Target.ShareOfFloor("wire.append.records_per_second", 0.3),
        Target.ShareOfFloor("wire.append.one_connection_records_per_second", 0.25),
        Target.AtMost("wire.append.server_alloc_bytes_per_record", 16),
        Target.ShareOfFloor("wire.unary.64_clients_per_second", 0.5),
        Target.ShareOfFloor("wire.read.records_per_second", 0.5),
        Target.ShareOfFloor("wire.proofs.per_second", 0.2),
        Target.AtMost("wire.idle.1000_connections_mb", 150),
        Target.ShareOfFloor("client.append.64_callers_records_per_second", 0.2),
        Target.ShareOfFloor("client.append.64x16_records_per_second", 0.25),
        Target.ShareOfFloor("client.verified_read.records_per_second", 0.2),
        Target.ShareOfFloor("client.import.lines_per_second", 0.2),
        Target.AtMost("tiers.append_slowdown", 0.1),
        Target.AtMost("tiers.warm_ratio", 0.85),
        Target.AtLeast("peers.single_64_callers.ratio_to_best", 8),
        Target.AtLeast("peers.single_64_callers.ratio_to_best_with_separate_connections", 3),
        Target.AtLeast("peers.batched.ratio_to_best", 2),
        Target.AtLeast("peers.single_1_caller.ratio_to_best", 0.8),
        Target.AtLeast("peers.tamper_evident.cpu_ratio_to_best", 20),
        Target.AtLeast("peers.embedded_batched.ratio_to_sqlite_rocksdb", 2),
        Target.AtLeast("peers.embedded_batched.ratio_to_fasterlog", 1),
    ];

    public static TheoryData<string> InterfaceFigures => [.. s_interface.Select(target => target.Figure)];

    [Theory]
    [MemberData(nameof(InterfaceFigures))]
    public void A_figure_of_the_interface_belongs_to_one_suite_with_its_target(string figure)
    {
        Target declared = Assert.Single(BenchSuites.Targets, each => each.Figure == figure);
        Assert.Equal(s_interface.Single(target => target.Figure == figure), declared);
    }

    /// <summary>What another processor does in a second says nothing of the program.</summary>
    [Fact]
    public void No_rate_or_time_is_judged_but_by_its_floor() => Assert.All(
        BenchSuites.Targets.Where(static target => !target.IsShare),
        static target => Assert.DoesNotMatch("_per_second$|_us$|_ms$(?<!publish_lag_ms)|_seconds$", target.Figure));

    [Fact]
    public void A_share_of_a_floor_that_was_not_measured_is_missed() =>
        Assert.False(NewRun().MoreIsBetter("test.share", "1/s", [5]).Met);

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void A_share_of_a_floor_is_met_from_there_up(double floor, bool met) =>
        Assert.Equal(met, NewRun().MoreIsBetter("test.share", "1/s", [5], floor).Met);

    [Fact]
    public void No_two_suites_declare_the_same_figure()
    {
        string[] declared = [.. BenchSuites.Targets.Select(target => target.Figure)];
        Assert.Equal(declared.Distinct(), declared);
    }

    [Fact]
    public void A_run_says_which_of_its_figures_it_did_not_measure()
    {
        BenchRun run = NewRun();
        run.MoreIsBetter("test.rate", "1/s", [1]);
        Assert.Equal(["test.cost", "test.share"], run.Unmeasured);
        run.LessIsBetter("test.cost", "ms", [1]);
        run.MoreIsBetter("test.share", "1/s", [1]);
        Assert.Empty(run.Unmeasured);
    }

    [Fact]
    public void A_part_of_a_suite_may_leave_figures_out() =>
        Assert.Empty(NewRun("--only", "something").Unmeasured);

    [Theory]
    [InlineData(9.9, false)]
    [InlineData(10, true)]
    public void A_rate_meets_its_target_from_there_up(double median, bool met) =>
        Assert.Equal(met, NewRun().MoreIsBetter("test.rate", "1/s", [1, median, 1_000]).Met);

    [Theory]
    [InlineData(5, true)]
    [InlineData(5.1, false)]
    public void A_cost_meets_its_target_from_there_down(double median, bool met) =>
        Assert.Equal(met, NewRun().LessIsBetter("test.cost", "ms", [1, median, 1_000]).Met);

    [Fact]
    public void A_figure_that_only_informs_is_neither_met_nor_missed() =>
        Assert.Null(NewRun().MoreIsBetter("test.other", "1/s", [1]).Met);

    [Fact]
    public void The_share_of_the_floor_is_below_one_when_the_floor_is_better()
    {
        BenchRun run = NewRun();
        Assert.Equal(0.5, run.MoreIsBetter("test.rate", "1/s", [5], floor: 10).ShareOfFloor);
        Assert.Equal(0.5, run.LessIsBetter("test.cost", "ms", [10], floor: 5).ShareOfFloor);
    }

    [Fact]
    public void A_rate_cannot_be_reported_as_a_cost() =>
        Assert.Throws<InvalidOperationException>(() => NewRun().LessIsBetter("test.rate", "1/s", [1]));

    private static BenchRun NewRun(params string[] options) =>
        new(BenchOptions.Parse(options), new Suite(), TextWriter.Null);

    private sealed class Suite : IBenchSuite
    {
        public string Name => "test";

        public string Summary => "measures nothing";

        public IReadOnlyList<Target> Targets { get; } =
        [
            Target.AtLeast("test.rate", 10), Target.AtMost("test.cost", 5), Target.ShareOfFloor("test.share", 0.5),
        ];

        public void Run(BenchRun run) => run.Note("nothing");
    }
}
