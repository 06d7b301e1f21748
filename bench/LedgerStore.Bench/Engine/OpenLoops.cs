// Latencies at a fixed arrival rate, as a store that is not at its limit shows them.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Engine;

/// <summary>Open loops at parts of what the closed loop reached.</summary>
internal static class OpenLoops
{
    public static void Measure(BenchRun run, double closedRate)
    {
        using BenchStore store = new(ledgers: 1);
        OpenLoad load = new(store, new LoadShape());
        load.Run(closedRate / 4, TimeSpan.FromSeconds(1));
        foreach (int percent in (int[])[10, 50, 80])
        {
            double rate = closedRate * percent / 100;
            var runs = Enumerable.Range(0, run.Options.Runs)
                .Select(_ => load.Run(rate, run.Options.RunTime)).ToList();
            string name = $"engine.open_loop.load_{percent}_percent";
            run.MoreIsBetter(name + ".records_per_second", "1/s", runs.Select(each => each.RecordsPerSecond));
            (string, double)[] points = [("p50", 0.5), ("p99", 0.99), ("p99_9", 0.999)];
            foreach ((string point, double share) in points)
            {
                run.LessIsBetter(
                    $"{name}.{point}_us", "us", runs.Select(each => each.Latencies.PercentileMicros(share)));
            }

            run.LessIsBetter(name + ".max_us", "us", runs.Select(each => each.Latencies.MaxMicros));
        }
    }
}
