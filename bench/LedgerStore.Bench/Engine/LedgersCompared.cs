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

        oneLoad.WarmUp().Tell(run, "engine.append.ledgers_1");
        manyLoad.WarmUp().Tell(run, "engine.append.ledgers_1000");
        List<LoadFigure> ones = [];
        List<LoadFigure> manys = [];
        List<double> ratios = [];

        // A flush writes a thousand state logs: a run that is short has one or none, and nothing in between.
        TimeSpan time = TimeSpan.FromSeconds(Math.Max(0.7, run.Options.RunTime.TotalSeconds / 2));
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

        run.MoreIsBetter("engine.append.ledgers_1000_vs_1", "x", ratios);
        Report(run, "1", ones);
        Report(run, "1000", manys);
    }

    private static void Report(BenchRun run, string ledgers, List<LoadFigure> figures)
    {
        string name = $"engine.append.ledgers_{ledgers}.";
        run.MoreIsBetter(name + "records_per_second", "1/s", figures.Select(each => each.RecordsPerSecond));
        run.LessIsBetter(
            name + "cpu_seconds_per_million", "s", figures.Select(each => each.CpuSeconds * 1e6 / each.Records));
        run.LessIsBetter(
            name + "alloc_bytes_per_record", "B", figures.Select(each => (double)each.AllocatedBytes / each.Records));
        run.LessIsBetter(name + "rss_anon_mb", "MB", figures.Select(each => each.RssAnonMegabytes));
        run.LessIsBetter(
            name + "written_bytes_per_record", "B", figures.Select(each => (double)each.WrittenBytes / each.Records));
    }
}
