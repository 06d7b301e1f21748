// Whether a thousand ledgers cost more than one: two stores, the same load, in turn.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Engine;

/// <summary>1,000 ledgers against one.</summary>
internal static class LedgersCompared
{
    public static void Measure(BenchRun run)
    {
        using BenchStore one = new(ledgers: 1);
        using BenchStore many = new(ledgers: 1_000);
        using AppendLoad oneLoad = new(one, new LoadShape());
        using AppendLoad manyLoad = new(many, new LoadShape { Ledgers = 1_000 });
        TimeSpan warm = TimeSpan.FromSeconds(run.Options.Quick ? 2 : 20);
        oneLoad.WarmUp(warm);
        manyLoad.WarmUp(warm);
        List<LoadFigure> ones = [];
        List<LoadFigure> manys = [];
        List<double> ratios = [];
        TimeSpan time = run.Options.RunTime / 2;
        for (int i = 0; i < run.Options.Runs; i++)
        {
            // A B B A: what changes steadily on the machine meets both alike.
            LoadFigure first = oneLoad.Run(time);
            LoadFigure second = manyLoad.Run(time);
            LoadFigure third = manyLoad.Run(time);
            LoadFigure fourth = oneLoad.Run(time);
            ones.AddRange([first, fourth]);
            manys.AddRange([second, third]);
            ratios.Add((second.RecordsPerSecond + third.RecordsPerSecond)
                / (first.RecordsPerSecond + fourth.RecordsPerSecond));
        }

        Report(run, "engine.append.ledgers_1000_vs_1", "x", 0.8, [.. ratios], lower: false);
        Report(run, "1", ones);
        Report(run, "1000", manys);
    }

    private static void Report(BenchRun run, string ledgers, List<LoadFigure> figures)
    {
        string name = $"engine.append.ledgers_{ledgers}.";
        Report(run, name + "records_per_second", "1/s", null,
            [.. figures.Select(f => f.RecordsPerSecond)], lower: false);
        Report(run, name + "cpu_seconds_per_million", "s", null,
            [.. figures.Select(f => f.CpuSeconds * 1e6 / f.Records)], lower: true);
        Report(run, name + "alloc_bytes_per_record", "B", null,
            [.. figures.Select(f => (double)f.AllocatedBytes / f.Records)], lower: true);
        Report(run, name + "rss_anon_mb", "MB", null, [.. figures.Select(f => f.RssAnonMegabytes)], lower: true);
        Report(run, name + "written_bytes_per_record", "B", null,
            [.. figures.Select(f => (double)f.WrittenBytes / f.Records)], lower: true);
    }

    private static void Report(
        BenchRun run, string name, string unit, double? target, double[] runs, bool lower) =>
        run.Report(new BenchResult(name, BenchRun.Median(runs), unit, null, target, lower, runs));
}
