// Which time counts. A suite that only computes, on one thread, counts the CPU time of that thread: what else runs on
// the machine then takes nothing from the figures. Whoever waits for a disk, a lock or a network counts the wall's.
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LedgerStore.Bench.Frame;

internal enum BenchClock
{
    Wall,
    ThreadCpu,
}

internal static partial class BenchClocks
{
    private const int ThreadCpuTimeId = 3;

    /// <summary>Seconds from some fixed point.</summary>
    public static double Now(this BenchClock clock)
    {
        if (clock == BenchClock.Wall)
        {
            return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        }

        int failed = ClockGetTime(ThreadCpuTimeId, out TimeSpec time);
        return failed == 0
            ? time.Seconds + (time.Nanoseconds * 1e-9)
            : throw new InvalidOperationException($"clock_gettime: error {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
