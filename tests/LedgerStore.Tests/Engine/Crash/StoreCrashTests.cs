// Random histories of a whole store: several ledgers and producers, files that turn over, steps in any order, power
// cuts, kills, failing and full disks. What was acknowledged is there, once and in order, whatever happens.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class StoreCrashTests(ITestOutputHelper output)
{
    private const int NearlyFullOneIn = 100;

    private static bool Long => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    private static int Seeds =>
        int.TryParse(Environment.GetEnvironmentVariable("LEDGERSTORE_SEEDS"), out int seeds) ? seeds
        : Long ? 2_000_000 : 20_000;

    private static ulong FirstSeed =>
        ulong.TryParse(Environment.GetEnvironmentVariable("LEDGERSTORE_SEED"), out ulong seed) ? seed : 1;

    [Fact]
    public void Random_histories_lose_nothing_that_was_acknowledged()
    {
        long started = Stopwatch.GetTimestamp();
        long acknowledged = 0;
        ConcurrentDictionary<int, Exception> failed = new();
        Parallel.For(0, Seeds, (i, loop) =>
        {
            try
            {
                // Some begin where the first segment is nearly full: it is completed, sealed and superseded in them.
                StartDisk? start = i % NearlyFullOneIn == NearlyFullOneIn - 1 ? StartDisk.NearlyFull : null;
                StoreHistory history = new(FirstSeed + (ulong)i, start);
                history.Run(lives: 3);
                Interlocked.Add(ref acknowledged, history.AcknowledgedCount);
            }
            catch (Exception error)
            {
                failed[i] = error;
                loop.Break();
            }
        });
        if (!failed.IsEmpty)
        {
            // The lowest seed, whichever thread was faster: the same seeds, the same failure.
            ExceptionDispatchInfo.Throw(failed.MinBy(static f => f.Key).Value);
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine(
            $"{Seeds:N0} seeds from {FirstSeed}, {acknowledged:N0} acknowledged batches, {Seeds / seconds:N0} seeds/s");
        Assert.True(acknowledged > 10L * Seeds, "the histories do something");
    }
}
