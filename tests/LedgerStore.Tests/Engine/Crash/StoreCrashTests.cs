// Random histories of a whole store: several ledgers and producers, files that turn over, steps in any order, power
// cuts, kills, failing and full disks. What was acknowledged is there, once and in order, whatever happens; and what
// was published is never contradicted.
using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>One part of the seeds; the parts run beside each other.</summary>
public abstract class StoreCrashTests(ITestOutputHelper output, int part)
{
    private const int Parts = 4;
    private const int NearlyFullOneIn = 100;

    private static bool Long => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    private static int Seeds =>
        int.TryParse(Environment.GetEnvironmentVariable("LEDGERSTORE_SEEDS"), out int seeds) ? seeds
        : Long ? 2_000_000 : 5_000;

    private static ulong FirstSeed =>
        ulong.TryParse(Environment.GetEnvironmentVariable("LEDGERSTORE_SEED"), out ulong seed) ? seed : 1;

    [Fact]
    public void Random_histories_lose_nothing_that_was_acknowledged()
    {
        long started = Stopwatch.GetTimestamp();
        long acknowledged = 0;
        int seeds = 0;
        for (int i = part; i < Seeds; i += Parts, seeds++)
        {
            // Some begin where the first segment is nearly full: it is completed, sealed and superseded in them.
            ulong seed = FirstSeed + (ulong)i;
            StoreHistory history = new(seed, seed % NearlyFullOneIn == 0 ? StartDisk.NearlyFull : null);
            history.Run(lives: 3);
            acknowledged += history.AcknowledgedCount;
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine(
            $"{seeds:N0} seeds from {FirstSeed + (ulong)part}, {acknowledged:N0} acknowledged batches, "
            + $"{seeds / seconds:N0} seeds/s");
        Assert.True(seeds <= 1 || acknowledged > 10L * seeds, "the histories do something");
    }

    public sealed class First(ITestOutputHelper output) : StoreCrashTests(output, 0);

    public sealed class Second(ITestOutputHelper output) : StoreCrashTests(output, 1);

    public sealed class Third(ITestOutputHelper output) : StoreCrashTests(output, 2);

    public sealed class Fourth(ITestOutputHelper output) : StoreCrashTests(output, 3);
}
