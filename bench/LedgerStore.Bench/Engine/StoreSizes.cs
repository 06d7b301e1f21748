// One ledger that grows: at each size what it costs to append, to read and to prove. That must not grow with the store.
// Costs are processor time, so other work on the machine does not count.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Engine;

/// <summary>The sweep of store sizes. It informs; no targets.</summary>
internal sealed class StoreSizes : IDisposable
{
    private const int RecordBytes = 256;
    private const int AppendsAtOnce = 65_536;
    private const int Reads = 1_024;
    private const int ProofsAtOnce = 4_096;

    private readonly SigningKey _key = SigningKey.Generate();
    private readonly Hash256[] _proof = new Hash256[TreeMath.ProofHashesMax];
    private readonly Random _random = new(6);
    private readonly BenchRun _run;
    private readonly BenchStore _store;
    private readonly Ledger _ledger;
    private readonly LedgerFill _fill;
    private long _sum;

    private StoreSizes(BenchRun run)
    {
        _run = run;

        // Of a larger cache, a small store would have all in it: then the cache is measured, not the store.
        _store = new BenchStore(1, _key, static options => options with { CacheBytes = 1 << 20 });
        _ledger = _store.Store.CreateLedger("growing");
        _fill = new LedgerFill(_ledger, RecordBytes);
    }

    public static void Measure(BenchRun run)
    {
        using StoreSizes sizes = new(run);
        sizes.MeasureAllAsync().GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _store.Dispose();
        _key.Dispose();
    }

    private async Task MeasureAllAsync()
    {
        // Another ledger of the store: code is compiled, the journal makes its files.
        bool quick = _run.Options.Quick;
        await new LedgerFill(_store.Ledgers[0], RecordBytes).AppendAsync(quick ? 500_000 : 4_000_000)
            .ConfigureAwait(false);
        List<BenchResult[]> sizes = [];
        foreach (long entries in quick ? [100_000, 1_000_000] : (long[])[100_000, 1_000_000, 10_000_000])
        {
            await _fill.AppendAsync(entries - _ledger.Size).ConfigureAwait(false);
            sizes.Add(await MeasureAsync($"engine.sweep.entries_{entries}").ConfigureAwait(false));
        }

        string[] what = ["append", "read", "recent_proof"];
        for (int i = 0; i < what.Length; i++)
        {
            _run.LessIsBetter($"engine.sweep.entries.{what[i]}_cost_growth", "x", [Growth(sizes[0][i], sizes[^1][i])]);
        }
    }

    private async Task<BenchResult[]> MeasureAsync(string name)
    {
        double[] costs = new double[_run.Options.Runs];
        for (int i = 0; i < costs.Length; i++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            await _fill.AppendAsync(AppendsAtOnce).ConfigureAwait(false);
            costs[i] = (Environment.CpuUsage.TotalTime - before).TotalSeconds * 1e6 / AppendsAtOnce;
        }

        await _ledger.WaitForCheckpointAsync(_ledger.Size).ConfigureAwait(false);
        BenchResult append = _run.LessIsBetter($"{name}.append_cpu_seconds_per_million", "s", costs);
        BenchResult read = _run.Rate(
            $"{name}.random_reads_per_second", Reads, () => ReadAsync().GetAwaiter().GetResult());
        BenchResult recent = _run.Rate(
            $"{name}.recent_proofs_per_second", ProofsAtOnce, () => Prove(_ledger.Size - AppendsAtOnce));
        _run.Rate($"{name}.random_proofs_per_second", ProofsAtOnce, () => Prove(0));
        return [append, read, recent];
    }

    /// <summary>How many times as much it costs at the second size.</summary>
    private static double Growth(BenchResult small, BenchResult large) =>
        small.LowerIsBetter ? large.Value / small.Value : small.Value / large.Value;

    // In the page cache, nothing of it waits: it stays on this thread, whose time is counted.
    private async Task ReadAsync()
    {
        for (int i = 0; i < Reads; i++)
        {
            await foreach (EntrySlice slice in _ledger.ReadAsync(_random.NextInt64(_ledger.Size), 1)
                .ConfigureAwait(false))
            {
                _sum += slice.Entry(0)[^1];
            }
        }
    }

    private void Prove(long first)
    {
        for (int i = 0; i < ProofsAtOnce; i++)
        {
            _ledger.ProveInclusion(first + _random.NextInt64(_ledger.Size - first), _ledger.Size, _proof);
        }
    }
}
