// Where the time of a durable append goes: nanoseconds of each stage for each record, from the engine's own clocks.
// A budget: what threads worked adds up to the processor time of the process, what they waited for stands beside it.
// Two processes, one with the clocks on and one without, so that their own cost shows too.
using System.Globalization;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Bench.Engine;

internal sealed class ProfileSuite : IBenchSuite
{
    private static readonly Stage[] s_stages = Enum.GetValues<Stage>();

    public string Name => "profile";

    public string Summary => "where the time of an append goes: a budget per record, stage by stage";

    public void Run(BenchRun run)
    {
        List<Budget> with = [];
        List<Budget> without = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            with.Add(Measure(run, profile: true));
            without.Add(Measure(run, profile: false));
        }

        foreach (Stage stage in s_stages)
        {
            string name = $"profile.{stage.ToString().ToLowerInvariant()}";
            run.LessIsBetter($"{name}.cpu_ns_per_record", "ns", with.Select(each => each.CpuNanos(stage)));
            run.LessIsBetter($"{name}.wait_ns_per_record", "ns", with.Select(each => each.WaitNanos(stage)));
        }

        run.LessIsBetter("profile.rest.cpu_ns_per_record", "ns", with.Select(each => each.RestNanos));
        run.LessIsBetter("profile.cpu.ns_per_record", "ns", with.Select(each => each.ProcessNanos));
        run.MoreIsBetter("profile.explained", "x", with.Select(each => 1 - (each.RestNanos / each.ProcessNanos)));
        run.LessIsBetter("profile.elapsed.ns_per_record", "ns", with.Select(each => each.ElapsedNanos));
        run.LessIsBetter(
            "profile.cpu_overhead", "x", with.Zip(without, (on, off) => (on.ProcessNanos / off.ProcessNanos) - 1));
        Explain(run);
    }

    private static void Explain(BenchRun run)
    {
        run.Note("cpu of all stages and of the rest adds up to profile.cpu, the processor time of the process; the "
            + "rest are the producers of the load, the thread pool that wakes them, and the garbage collector.");
        run.Note("wait: sync waits for the disk, gate for its lock, and every stage for a core where all are taken. "
            + "Threads wait beside each other, so waits do not add up to the elapsed time, which is that of the load.");
    }

    private static Budget Measure(BenchRun run, bool profile)
    {
        string seconds = run.Options.RunTime.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        using Child child = new(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["LEDGERSTORE_PROFILE"] = profile ? "1" : "0" },
            "profile", "-", seconds, run.Options.Quick ? "3" : "5");
        return new Budget(child.ReadNumbers());
    }

    /// <summary>What a child says: records, seconds, CPU seconds; then of each stage seconds and CPU seconds.</summary>
    private sealed class Budget(double[] numbers)
    {
        private const int Facts = 3;

        public double ElapsedNanos => PerRecord(numbers[1]);

        public double ProcessNanos => PerRecord(numbers[2]);

        public double RestNanos => ProcessNanos - s_stages.Sum(CpuNanos);

        public double CpuNanos(Stage stage) => PerRecord(Exclusive(stage, offset: 1));

        public double WaitNanos(Stage stage) =>
            Math.Max(0, PerRecord(Exclusive(stage, offset: 0) - Exclusive(stage, offset: 1)));

        // The copy is done under the gate's lock and is a part of the gate's time: each is shown by itself.
        private double Exclusive(Stage stage, int offset)
        {
            double seconds = Seconds(stage, offset);
            return stage == Stage.Gate ? seconds - Seconds(Stage.Copy, offset) : seconds;
        }

        private double Seconds(Stage stage, int offset) => numbers[Facts + (2 * (int)stage) + offset];

        private double PerRecord(double seconds) => seconds * 1e9 / numbers[0];
    }
}
