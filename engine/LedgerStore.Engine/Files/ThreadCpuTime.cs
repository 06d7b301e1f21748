// How long the calling thread has been running on a processor. Stateless: any thread, each about itself.

namespace LedgerStore.Engine.Files;

/// <summary>CPU time, for work that has a budget of it: waiting costs nothing.</summary>
internal static class ThreadCpuTime
{
    private const long NanosPerSecond = 1_000_000_000;

    /// <summary>Nanoseconds of processor time of this thread; 0 where the system does not say.</summary>
    public static long Nanos() =>
        LinuxNative.ReadClock(LinuxNative.ThreadCpuClock, out LinuxNative.TimeSpec time) == 0
            ? (time.Seconds * NanosPerSecond) + time.Nanos
            : 0;
}
