// What signing and proving must show on a whole store: what signing costs a full-speed load, how soon an append is
// covered, a thousand growing ledgers within the budget, and proofs from a large ledger, warm and cold.
// Data directories are made under TMPDIR: it must name the disk that is to be measured.
using System.Diagnostics;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Engine;

internal sealed class CheckpointsSuite : IBenchSuite
{
    private const int IntervalMilliseconds = 100;
    private const int ManyLedgers = 1_000;

    public string Name => "checkpoints";

    public string Summary => "signing: its cost, its latency, a thousand ledgers; proofs from a large ledger";

    public IReadOnlyList<Target> Targets { get; } =
    [
        Target.AtMost("checkpoint.signing_overhead", 0.05),
        Target.AtMost("checkpoint.publish_lag_ms", IntervalMilliseconds + 5),
        Target.AtMost("checkpoint.cpu_of_one_core_1000_ledgers", 0.1),
    ];

    public void Run(BenchRun run)
    {
        using SigningKey key = SigningKey.Generate();
        RunCost(run, key);
        RunLatency(run, key).GetAwaiter().GetResult();
        RunMany(run, key).GetAwaiter().GetResult();
        using LargeLedger large = new(key, run.Options.Quick ? 2_000_000 : 10_000_000);
        large.RunWarm(run);
        large.RunCold(run);
        run.Note("no floors: the interval bounds the lag, overheads compare with the store itself, and a proof of hot "
            + "nodes is a copy; what computing one costs is in the suite `proofs`.");
    }

    /// <summary>The same load on a store that signs and on one that does not, in turn.</summary>
    private static void RunCost(BenchRun run, SigningKey key)
    {
        LoadShape shape = new();
        using BenchStore plain = new(1);
        using BenchStore signed = new(1, key);
        using AppendLoad plainLoad = new(plain, shape);
        using AppendLoad signedLoad = new(signed, shape);
        plainLoad.WarmUp().Tell(run, "checkpoint.signing_overhead without signing");
        signedLoad.WarmUp().Tell(run, "checkpoint.signing_overhead");
        List<double> rates = [];
        List<double> costs = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            LoadFigure without = plainLoad.Run(run.Options.RunTime);
            LoadFigure with = signedLoad.Run(run.Options.RunTime);
            rates.Add(with.Records / with.Seconds);
            costs.Add((with.CpuSeconds / with.Records / (without.CpuSeconds / without.Records)) - 1);
        }

        run.MoreIsBetter("checkpoint.append.records_per_second", "1/s", rates);
        run.LessIsBetter("checkpoint.signing_overhead", "x", costs);
    }

    /// <summary>One append at a time: until the regular checkpoint covers it, and until one that was asked for
    /// does.</summary>
    private static async Task RunLatency(BenchRun run, SigningKey key)
    {
        using BenchStore store = new(1, key);
        Ledger ledger = store.Ledgers[0];
        List<double> longest = [];
        List<double> regular = [];
        List<double> asked = [];
        int rounds = run.Options.Quick ? 10 : 20;
        for (int i = 0; i < run.Options.Runs * rounds; i++)
        {
            // At another moment of the interval each time.
            await Task.Delay(i * 37 % IntervalMilliseconds).ConfigureAwait(false);
            regular.Add(await Milliseconds(ledger, CoveredRegularly).ConfigureAwait(false));
            asked.Add(await Milliseconds(ledger, CoveredWhenAsked).ConfigureAwait(false));
            if (i % rounds == rounds - 1)
            {
                longest.Add(regular.TakeLast(rounds).Max());
            }
        }

        // Half of the interval is what an append waits on average; the longest of a run shows a round that came late.
        run.LessIsBetter("checkpoint.publish_lag_ms", "ms", regular);
        run.LessIsBetter("checkpoint.publish_lag_longest_ms", "ms", longest);
        run.LessIsBetter("checkpoint.asked_lag_ms", "ms", asked);
    }

    private static async Task<double> Milliseconds(Ledger ledger, Func<Ledger, long, Task> covered)
    {
        byte[] record = new byte[256];
        long start = Stopwatch.GetTimestamp();
        AppendResult result = await ledger.AppendAsync(record).ConfigureAwait(false);
        await covered(ledger, result.FirstIndex + 1).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task CoveredRegularly(Ledger ledger, long size)
    {
        await foreach (PublishedCheckpoint checkpoint in ledger.FollowCheckpointsAsync(size).ConfigureAwait(false))
        {
            Debug.Assert(checkpoint.Size >= size, "the first one covers it");
            return;
        }
    }

    private static async Task CoveredWhenAsked(Ledger ledger, long size) =>
        await ledger.WaitForCheckpointAsync(size).ConfigureAwait(false);

    /// <summary>A thousand ledgers that all grow all the time: how old the oldest entry without a checkpoint
    /// gets.</summary>
    private static async Task RunMany(BenchRun run, SigningKey key)
    {
        using BenchStore store = new(ManyLedgers, key);
        using CheckpointMeter meter = new();
        using CancellationTokenSource stop = new();
        Task growing = Grow(store.Ledgers, stop.Token);
        await Task.Delay(1_000).ConfigureAwait(false);
        List<double> oldest = [];
        double cpu = meter.CpuSeconds();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < run.Options.Runs; i++)
        {
            oldest.Add(await MillisecondsUntilAllCovered(store.Ledgers).ConfigureAwait(false));
        }

        double share = (meter.CpuSeconds() - cpu) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync().ConfigureAwait(false);
        await growing.ConfigureAwait(false);
        run.LessIsBetter("checkpoint.lag_1000_ledgers_ms", "ms", oldest);
        run.LessIsBetter("checkpoint.cpu_of_one_core_1000_ledgers", "x", [share]);
    }

    private static async Task Grow(Ledger[] ledgers, CancellationToken stop)
    {
        byte[] record = new byte[256];
        while (!stop.IsCancellationRequested)
        {
            List<Task<AppendResult>> round = [.. ledgers.Select(ledger => ledger.AppendAsync(record).AsTask())];
            await Task.WhenAll(round).ConfigureAwait(false);
            await Task.Delay(50, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task<double> MillisecondsUntilAllCovered(Ledger[] ledgers)
    {
        long start = Stopwatch.GetTimestamp();
        long[] sizes = [.. ledgers.Select(ledger => ledger.Size)];
        for (int i = 0; i < ledgers.Length; i++)
        {
            while ((ledgers[i].Checkpoint?.Size ?? 0) < sizes[i])
            {
                await Task.Delay(5).ConfigureAwait(false);
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
