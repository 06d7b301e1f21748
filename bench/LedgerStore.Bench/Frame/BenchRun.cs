// A suite under way: takes time, keeps the figures, prints each one.
// One thread. Sampling runs the work for a fixed time and counts, once it is steady.

namespace LedgerStore.Bench.Frame;

internal sealed class BenchRun(BenchOptions options, IBenchSuite suite, TextWriter terminal)
{
    private const int SlicesMax = 30;

    // The compiler waits 100 ms for the last new method before it makes the next tier.
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(150);

    private readonly List<BenchResult> _results = [];
    private readonly List<string> _notes = [];

    public BenchOptions Options => options;

    public IReadOnlyList<BenchResult> Results => _results;

    /// <summary>What a reader of the figures must know besides, in the order in which it was said.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Figures with a target that the suite declares and that were not reported. A part of a suite may leave
    /// some out, a whole one none.</summary>
    public IReadOnlyList<string> Unmeasured => options.Only is not null
        ? []
        : [.. suite.Targets.Select(target => target.Figure).Except(_results.Select(result => result.Name))];

    public void Note(string text)
    {
        _notes.Add(text);
        terminal.WriteLine($"  {text}");
    }

    /// <summary>Takes a rate or a ratio that the suite measured: its value is the median of the runs.</summary>
    /// <param name="floor">What the machine itself does, measured in the same run; null if there is none.</param>
    public BenchResult MoreIsBetter(string name, string unit, IEnumerable<double> runs, double? floor = null) =>
        Report(name, unit, [.. runs], floor, lowerIsBetter: false);

    /// <summary>The same for a time or a cost.</summary>
    public BenchResult LessIsBetter(string name, string unit, IEnumerable<double> runs, double? floor = null) =>
        Report(name, unit, [.. runs], floor, lowerIsBetter: true);

    /// <summary>Units per second of work that does <paramref name="units"/> in each call.</summary>
    public BenchResult Rate(string name, long units, Action work, double? floor = null)
    {
        WarmUp(name, work);
        return MoreIsBetter(
            name, "1/s", Enumerable.Range(0, options.Runs).Select(_ => units / Time(work, options.RunTime)), floor);
    }

    /// <summary>Nanoseconds for each unit.</summary>
    public BenchResult Nanoseconds(string name, long units, Action work)
    {
        WarmUp(name, work);
        return LessIsBetter(
            name, "ns", Enumerable.Range(0, options.Runs).Select(_ => 1e9 * Time(work, options.RunTime) / units));
    }

    /// <summary>How many times as fast the work is as the reference; both are timed in turn, so both see the same
    /// machine.</summary>
    public BenchResult Speedup(string name, Action reference, Action work)
    {
        WarmUp(name, reference);
        WarmUp(name, work);
        TimeSpan half = options.RunTime / 2;
        return MoreIsBetter(
            name, "x", Enumerable.Range(0, options.Runs).Select(_ => Time(reference, half) / Time(work, half)));
    }

    public void PrintHead() => terminal.WriteLine(
        $"{"figure",-48} {"median",14} {"unit",-5} {"target",18} {"",-7} runs from .. to");

    public static double Median(double[] runs)
    {
        double[] sorted = [.. runs.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private BenchResult Report(string name, string unit, double[] runs, double? floor, bool lowerIsBetter)
    {
        Target? target = suite.Targets.FirstOrDefault(each => each.Figure == name);
        if (target is not null && target.LowerIsBetter != lowerIsBetter)
        {
            throw new InvalidOperationException($"{name} is reported with another sense than its target has");
        }

        BenchResult result = new(name, Median(runs), unit, floor, target, lowerIsBetter, runs);
        _results.Add(result);
        string wanted = $"{result.Target?.ToString() ?? "",18}";
        string met = result.Met switch { true => "met", false => "MISSED", null => "" };
        string share = result.ShareOfFloor is double part ? $"   {part:P0} of the floor" : "";
        terminal.WriteLine(
            $"{name,-48} {FigureText.Number(result.Value),14} {unit,-5} {wanted} {met,-7} " +
            $"{FigureText.Number(runs.Min())} .. {FigureText.Number(runs.Max())}{share}");
        return result;
    }

    private void WarmUp(string name, Action work) => Steady.Reach(this, name, SlicesMax, () => Time(work, s_slice));

    /// <summary>Seconds for each call, over as many calls as fit the time; at least one.</summary>
    private double Time(Action work, TimeSpan time)
    {
        long calls = 0;
        double start = suite.Clock.Now();
        double seconds;
        do
        {
            work();
            calls++;
            seconds = suite.Clock.Now() - start;
        }
        while (seconds < time.TotalSeconds);

        return seconds / calls;
    }
}
