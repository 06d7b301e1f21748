// The processor time of the calling thread: what it worked, without what it waited for a lock, a disk or a core.
// A system call, about half a microsecond: for profiles and benchmarks, not for every batch. Any thread.
using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Foundation;

internal static partial class ThreadClock
{
    private const int ThreadCpuTimeId = 3;
    private const long NanosPerSecond = 1_000_000_000;

    /// <summary>Nanoseconds since the thread began.</summary>
    public static long Nanos()
    {
        int failed = ClockGetTime(ThreadCpuTimeId, out TimeSpec time);
        return failed == 0
            ? (time.Seconds * NanosPerSecond) + time.Nanoseconds
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
