// A suite under way: takes time, keeps the figures, prints each one.
// One thread. Sampling runs the work for a fixed time and counts, after a warm-up that lets the JIT finish.
using System.Globalization;

namespace LedgerStore.Bench.Frame;

internal sealed class BenchRun(BenchOptions options, BenchClock clock, TextWriter terminal)
{
    // Two rounds of tiered compilation, each 100 ms after the last new method; then the code is what it will stay.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    private readonly List<BenchResult> _results = [];
    private readonly List<string> _notes = [];

    public BenchOptions Options => options;

    public IReadOnlyList<BenchResult> Results => _results;

    /// <summary>What a reader of the figures must know besides, in the order in which it was said.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public void Note(string text)
    {
        _notes.Add(text);
        terminal.WriteLine($"  {text}");
    }

    /// <summary>Units per second of work that does <paramref name="units"/> in each call.</summary>
    public BenchResult Rate(string name, double? target, long units, Action work)
    {
        Time(work, WarmUp);
        double[] runs = [.. Enumerable.Range(0, options.Runs).Select(_ => units / Time(work, options.RunTime))];
        return Report(new BenchResult(name, Median(runs), "1/s", null, target, LowerIsBetter: false, runs));
    }

    /// <summary>Nanoseconds for each unit.</summary>
    public BenchResult Nanoseconds(string name, long units, Action work)
    {
        Time(work, WarmUp);
        double[] runs = [.. Enumerable.Range(0, options.Runs).Select(_ => 1e9 * Time(work, options.RunTime) / units)];
        return Report(new BenchResult(name, Median(runs), "ns", null, null, LowerIsBetter: true, runs));
    }

    /// <summary>How many times as fast the work is as the reference; both are timed in turn, so both see the same
    /// machine.</summary>
    public BenchResult Speedup(string name, double? target, Action reference, Action work)
    {
        Time(reference, WarmUp);
        Time(work, WarmUp);
        TimeSpan half = options.RunTime / 2;
        double[] runs = [.. Enumerable.Range(0, options.Runs).Select(_ => Time(reference, half) / Time(work, half))];
        return Report(new BenchResult(name, Median(runs), "x", null, target, LowerIsBetter: false, runs));
    }

    /// <summary>Takes a figure that the suite measured by itself.</summary>
    public BenchResult Report(BenchResult result)
    {
        _results.Add(result);
        string target = result.Target is double wanted ? $"{Number(wanted),14}" : $"{"",14}";
        string met = result.Met switch { true => "met", false => "MISSED", null => "" };
        terminal.WriteLine(
            $"{result.Name,-48} {Number(result.Value),14} {result.Unit,-5} {target} {met,-7} " +
            $"{Number(result.Runs.Min())} .. {Number(result.Runs.Max())}");
        return result;
    }

    public void PrintHead() => terminal.WriteLine(
        $"{"figure",-48} {"median",14} {"unit",-5} {"target",14} {"",-7} runs from .. to");

    public static double Median(double[] runs)
    {
        double[] sorted = [.. runs.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Seconds for each call, over as many calls as fit the time; at least one.</summary>
    private double Time(Action work, TimeSpan time)
    {
        long calls = 0;
        double start = clock.Now();
        double seconds;
        do
        {
            work();
            calls++;
            seconds = clock.Now() - start;
        }
        while (seconds < time.TotalSeconds);

        return seconds / calls;
    }

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) < 1000 ? "0.00" : "#,0", CultureInfo.InvariantCulture);
}
