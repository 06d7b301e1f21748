// What work allocates on its thread. Work that allocates does so every time; the runtime does now and then, for the
// first use of a class or a method that it compiles anew.

namespace LedgerStore.Tests;

internal static class Allocations
{
    private const int RunsMax = 10;

    /// <summary>The bytes of the run that allocated least.</summary>
    public static long LeastOf(Action work)
    {
        long least = long.MaxValue;
        for (int run = 0; run < RunsMax && least > 0; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
