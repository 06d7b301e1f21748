// A closed-loop load on a store: warm-up, then counted runs. Producers keep their sequences from run to run.
using System.Diagnostics;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Load;

/// <summary>Producers on the ledgers of one store.</summary>
internal sealed class AppendLoad : IDisposable
{
    private static readonly TimeSpan s_warmUpMax = TimeSpan.FromSeconds(30);

    private readonly BenchStore _store;
    private readonly Producer[] _producers;
    private readonly FrameSizes _frames = new();

    public AppendLoad(BenchStore store, LoadShape shape)
    {
        _store = store;
        RecordPool pool = new(shape.RecordBytes, shape.Batch);
        _producers = [.. Enumerable.Range(0, shape.Producers)
            .Select(number => new Producer(number, shape, store.Ledgers, pool))];
    }

    /// <summary>Runs until the journal has its files and uses them again, as a store does for all its life but the
    /// first minute, and until a record gets no cheaper; at most for half a minute.</summary>
    public Steady WarmUp() => WarmUp(s_warmUpMax);

    public Steady WarmUp(TimeSpan atMost)
    {
        const long JournalBytes = 1_200L * 1024 * 1024;
        Steady steady = new();
        long start = Stopwatch.GetTimestamp();
        for (long written = 0;
            (written < JournalBytes || !steady.IsReached) && Stopwatch.GetElapsedTime(start) < atMost;)
        {
            LoadFigure slice = Run(TimeSpan.FromSeconds(0.5));
            written += slice.JournalBytes;
            steady.Saw(slice.CpuSeconds / slice.Records);
        }

        return steady;
    }

    /// <summary>Runs for this long, and then until everything is hashed and readable.</summary>
    public LoadFigure Run(TimeSpan time) => RunAsync(time).GetAwaiter().GetResult();

    public void Dispose() => _frames.Dispose();

    private async Task<LoadFigure> RunAsync(TimeSpan time)
    {
        _frames.Take();
        Array.ForEach(_producers, producer => producer.Reset());
        using Process process = Process.GetCurrentProcess();
        int[] collections = Collections();
        long written = ProcessFacts.WrittenBytes();
        double cpu = process.TotalProcessorTime.TotalSeconds;
        long allocated = GC.GetTotalAllocatedBytes(precise: false);
        long start = Stopwatch.GetTimestamp();
        long until = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        Task<long>[] runs = [.. _producers.Select(producer => Task.Run(() => producer.RunAsync(until)))];
        long records = (await Task.WhenAll(runs).ConfigureAwait(false)).Sum();
        await _store.SettleAsync().ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: false) - allocated;
        process.Refresh();
        cpu = process.TotalProcessorTime.TotalSeconds - cpu;
        int[] frames = _frames.Take();
        LatencyHistogram latencies = new();
        Array.ForEach(_producers, producer => latencies.Add(producer.Latencies));
        return new LoadFigure(
            records,
            seconds,
            cpu,
            allocated,
            ProcessFacts.WrittenBytes() - written,
            frames.Sum(bytes => (long)bytes),
            frames,
            [.. Collections().Select((count, generation) => count - collections[generation])],
            ProcessFacts.RssAnonMegabytes(),
            latencies);
    }

    private static int[] Collections() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];
}
