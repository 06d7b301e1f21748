// Which time counts. A suite that only computes, on one thread, counts the CPU time of that thread: what else runs on
// the machine then takes nothing from the figures. Whoever waits for a disk, a lock or a network counts the wall's.
using System.Diagnostics;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Bench.Frame;

internal enum BenchClock
{
    Wall,
    ThreadCpu,
}

internal static class BenchClocks
{
    /// <summary>Seconds from some fixed point.</summary>
    public static double Now(this BenchClock clock) => clock == BenchClock.Wall
        ? Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency
        : ThreadClock.Nanos() * 1e-9;
}
