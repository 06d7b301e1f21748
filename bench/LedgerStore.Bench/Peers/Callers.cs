// The closed loop that every peer is driven by: a number of callers, each of which waits for its answer before it
// calls again. Latencies are taken by the caller.
using System.Diagnostics;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Peers;

internal static class Callers
{
    public static async Task<PeerFigure> RunAsync(IPeerLoad load, int callers, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        long until = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        Task<LatencyHistogram>[] running = [.. Enumerable.Range(0, callers).Select(
            caller => Task.Run(() => CallAsync(load, caller, until)))];
        LatencyHistogram all = new();
        foreach (LatencyHistogram one in await Task.WhenAll(running))
        {
            all.Add(one);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new PeerFigure(
            all.Count * load.RecordsPerCall, all.Count, seconds, all.PercentileMicros(0.5), all.PercentileMicros(0.99));
    }

    // A call that began within the time counts, and so does the time until its answer.
    private static async Task<LatencyHistogram> CallAsync(IPeerLoad load, int caller, long until)
    {
        LatencyHistogram latencies = new();
        long now = Stopwatch.GetTimestamp();
        for (long number = now % 1009; now < until; number++)
        {
            await load.CallAsync(caller, number);
            long before = now;
            now = Stopwatch.GetTimestamp();
            latencies.RecordSince(before, now);
        }

        return latencies;
    }
}
