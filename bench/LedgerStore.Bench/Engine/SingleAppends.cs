// One producer that waits for each record before it sends the next, in turn with the floor: one page, written and
// synced.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Engine;

/// <summary>The latency of a single append.</summary>
internal static class SingleAppends
{
    public static void Measure(BenchRun run)
    {
        using BenchStore store = new(ledgers: 1);
        using AppendLoad load = new(store, new LoadShape { Producers = 1, Outstanding = 1, Batch = 1 });
        using DiskFloor disk = new();
        int[] page = [4096];
        TimeSpan time = run.Options.RunTime / 2;
        load.Run(TimeSpan.FromSeconds(1));
        List<LatencyHistogram> appends = [];
        List<LatencyHistogram> floors = [];

        // Many short turns: on a machine that others use too, both must see the same minutes.
        for (int i = 0; i < 2 * run.Options.Runs; i++)
        {
            floors.Add(disk.Run(page, time).Latencies);
            appends.Add(load.Run(time).Latencies);
        }

        double floor = BenchRun.Median([.. floors.Select(each => each.PercentileMicros(0.5))]);
        run.LessIsBetter("engine.single.p50_us", "us", appends.Select(each => each.PercentileMicros(0.5)), floor);
        run.LessIsBetter("engine.single.p99_us", "us", appends.Select(each => each.PercentileMicros(0.99)));
        run.LessIsBetter("engine.single.max_us", "us", appends.Select(each => each.MaxMicros));

        // Where others sync the same disk, both have two humps, and a median jumps between them: the mean tells.
        run.LessIsBetter("engine.single.mean_vs_floor", "x", appends.Zip(
            floors, (append, page4096) => append.MeanMicros / page4096.MeanMicros));
        run.LessIsBetter("engine.single.latency_vs_floor", "x", appends.Zip(
            floors, (append, page4096) => append.PercentileMicros(0.5) / page4096.PercentileMicros(0.5)));
    }
}
