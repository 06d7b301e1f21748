// Where the time of a durable append goes: nanoseconds of each stage for each record, from the engine's own clock.
// Two processes, one with the clock on and one without it, so that its own cost shows too.
using System.Globalization;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Bench.Engine;

internal sealed class ProfileSuite : IBenchSuite
{
    // What a child says before the stages: records, seconds, CPU seconds.
    private const int Facts = 3;

    public string Name => "profile";

    public string Summary => "where the time of an append goes: a budget per record, stage by stage";

    public void Run(BenchRun run)
    {
        List<double[]> with = [];
        List<double[]> without = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            with.Add(Measure(run, profile: true));
            without.Add(Measure(run, profile: false));
        }

        foreach (Stage stage in Enum.GetValues<Stage>())
        {
            run.LessIsBetter(
                $"profile.{NameOf(stage)}.ns_per_record", "ns", with.Select(each => NanosOf(each, stage)));
        }

        run.LessIsBetter("profile.cpu.ns_per_record", "ns", with.Select(each => each[2] * 1e9 / each[0]));
        run.LessIsBetter("profile.elapsed.ns_per_record", "ns", with.Select(each => each[1] * 1e9 / each[0]));
        run.LessIsBetter(
            "profile.cpu_overhead", "x", with.Zip(without, (on, off) => (on[2] / on[0] / (off[2] / off[0])) - 1));
    }

    // The copy is done under the gate's lock and is a part of the gate's time: each is shown by itself.
    private static double NanosOf(double[] numbers, Stage stage)
    {
        double seconds = numbers[Facts + (int)stage];
        return (stage == Stage.Gate ? seconds - numbers[Facts + (int)Stage.Copy] : seconds) * 1e9 / numbers[0];
    }

    private static double[] Measure(BenchRun run, bool profile)
    {
        string seconds = run.Options.RunTime.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        using Child child = new(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["LEDGERSTORE_PROFILE"] = profile ? "1" : "0" },
            "profile", "-", seconds);
        return child.ReadNumbers();
    }

    private static string NameOf(Stage stage) => stage.ToString().ToLowerInvariant();
}
