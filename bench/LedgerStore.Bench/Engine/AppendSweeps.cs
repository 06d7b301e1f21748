// One dimension of the load at a time, the others as in the main figure: where the throughput comes from.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Engine;

/// <summary>Sweeps of record size, batch, producers and ledgers. They inform; no targets.</summary>
internal static class AppendSweeps
{
    public static void Measure(BenchRun run)
    {
        bool quick = run.Options.Quick;
        LoadShape usual = new();
        foreach (int bytes in quick ? [64, 1024, 16_384] : (int[])[64, 256, 1024, 4096, 16_384])
        {
            Measure(run, $"record_{bytes}", usual with { RecordBytes = bytes });
        }

        foreach (int batch in quick ? [1, 1024] : (int[])[1, 4, 16, 64, 256, 1024])
        {
            Measure(run, $"batch_{batch}", usual with { Batch = batch });
        }

        foreach (int producers in quick ? [1, 64] : (int[])[1, 4, 16, 64, 256])
        {
            Measure(run, $"producers_{producers}", usual with { Producers = producers });
        }

        foreach (int ledgers in quick ? [1, 100] : (int[])[1, 10, 100, 1_000, 10_000])
        {
            Measure(run, $"ledgers_{ledgers}", usual with { Ledgers = ledgers });
        }
    }

    private static void Measure(BenchRun run, string name, LoadShape shape)
    {
        using BenchStore store = new(shape.Ledgers);
        using AppendLoad load = new(store, shape);
        load.WarmUp(TimeSpan.FromSeconds(run.Options.Quick ? 0.5 : 3));
        LoadFigure[] figures = [.. Enumerable.Range(0, 3).Select(_ => load.Run(run.Options.RunTime / 2))];
        run.MoreIsBetter(
            $"engine.sweep.{name}.records_per_second", "1/s", figures.Select(figure => figure.RecordsPerSecond));
        run.MoreIsBetter(
            $"engine.sweep.{name}.mb_per_second", "MB/s",
            figures.Select(figure => figure.RecordsPerSecond * shape.RecordBytes / 1e6));
        run.LessIsBetter(
            $"engine.sweep.{name}.p50_us", "us", figures.Select(figure => figure.Latencies.PercentileMicros(0.5)));
    }
}
