// What a call costs on top of the engine: single records through the server, in turn with single records straight into
// an engine of this process, on the same disk in the same second. One thread.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Client;

namespace LedgerStore.Bench.Wire;

/// <summary>The latency that the wire adds to a single append.</summary>
internal static class UnaryAdded
{
    // Many short turns: a disk that others use too has good and bad moments, and both sides must see each of them.
    private const int Turns = 20;

    public static void Measure(BenchRun run, LedgerChannel channel, WireFloors floors)
    {
        using BenchStore store = new(ledgers: 1);
        using AppendLoad engine = new(store, new LoadShape { Producers = 1, Outstanding = 1, Batch = 1 });
        TimeSpan time = run.Options.RunTime / 4;
        WireWork.UnaryAsync(channel, 1, TimeSpan.FromSeconds(1)).GetAwaiter().GetResult();
        engine.Run(TimeSpan.FromSeconds(1));
        double[] added = new double[Turns];
        double[] calls = new double[Turns];
        double[] bare = new double[Turns];
        for (int turn = 0; turn < Turns; turn++)
        {
            double floor = engine.Run(time).Latencies.PercentileMicros(0.5);
            calls[turn] = WireWork.UnaryAsync(channel, 1, time).GetAwaiter().GetResult().MedianMicros;
            added[turn] = (calls[turn] - floor) / 1000;
            bare[turn] = floors.DurableCallMicros(time);
        }

        run.LessIsBetter("wire.unary.median_us", "us", calls, BenchRun.Median(bare));
        run.LessIsBetter("wire.unary.added_ms", "ms", added);
    }
}
