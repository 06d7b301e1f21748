// A load with its floor: runs of the store and of the two floor loops in turn, so that all three see the same machine.
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Engine;

/// <summary>Counted runs of one load shape.</summary>
internal sealed class FlooredLoad
{
    private readonly BenchRun _run;
    private readonly List<LoadFigure> _figures = [];
    private readonly List<double> _diskFloors = [];
    private readonly List<double> _cpuFloors = [];
    private readonly double _entryBytes;

    public FlooredLoad(BenchRun run, LoadShape shape)
    {
        _run = run;
        using BenchStore store = new(shape.Ledgers);
        using AppendLoad load = new(store, shape);
        using DiskFloor disk = new();
        using CpuFloor cpu = new(shape.RecordBytes);
        _entryBytes = cpu.EntryBytes;
        TimeSpan time = run.Options.RunTime;
        TimeSpan floorTime = time / 2;
        load.WarmUp(TimeSpan.FromSeconds(run.Options.Quick ? 3 : 30));
        cpu.Run(floorTime);
        for (int i = 0; i < run.Options.Runs; i++)
        {
            LoadFigure figure = load.Run(time);
            _figures.Add(figure);
            _diskFloors.Add(disk.Run(figure.FrameBytes, floorTime).BytesPerSecond
                / ((double)figure.JournalBytes / figure.Records));
            _cpuFloors.Add(cpu.Run(floorTime));
        }

        PayloadBytes = shape.RecordBytes;
    }

    public int PayloadBytes { get; }

    /// <summary>Records per second, the median of the runs.</summary>
    public double RecordsPerSecond => BenchRun.Median([.. _figures.Select(figure => figure.RecordsPerSecond)]);

    /// <summary>The slower loop of each run.</summary>
    public double[] Floors => [.. _diskFloors.Zip(_cpuFloors, Math.Min)];

    public void Report(string name, Targets targets)
    {
        double floor = BenchRun.Median(Floors);
        Add(name + ".records_per_second", "1/s", targets.Rate, figure => figure.RecordsPerSecond, floor);
        Add(name + ".mb_per_second", "MB/s", null, figure => figure.RecordsPerSecond * PayloadBytes / 1e6, null);
        double[] shares = [.. _figures.Select((figure, i) => figure.RecordsPerSecond / Floors[i])];
        _run.Report(new BenchResult(
            name + ".share_of_floor", BenchRun.Median(shares), "x", null, targets.Share, LowerIsBetter: false, shares));
        Floor(name + ".floor.disk_records_per_second", _diskFloors);
        Floor(name + ".floor.cpu_records_per_second", _cpuFloors);
        ReportCosts(name, targets);
        ReportLatencies(name);
    }

    private void ReportCosts(string name, Targets targets)
    {
        Cost(name + ".alloc_bytes_per_record", "B", targets.Allocation,
            figure => (double)figure.AllocatedBytes / figure.Records);
        Cost(name + ".cpu_seconds_per_million", "s", null, figure => figure.CpuSeconds * 1e6 / figure.Records);
        Cost(name + ".journal_bytes_per_record", "B", null, figure => (double)figure.JournalBytes / figure.Records);
        Cost(name + ".written_bytes_per_record", "B", null, figure => (double)figure.WrittenBytes / figure.Records);
        Cost(name + ".commits_per_million", "", null, figure => figure.FrameBytes.Length * 1e6 / figure.Records);
        for (int generation = 0; generation <= 2; generation++)
        {
            int which = generation;
            Cost($"{name}.gc_gen{which}_per_million", "", null,
                figure => figure.Collections[which] * 1e6 / figure.Records);
        }
    }

    private void ReportLatencies(string name)
    {
        (string Suffix, double Share)[] points = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99_9", 0.999)];
        foreach ((string suffix, double share) in points)
        {
            Cost($"{name}.latency_{suffix}_us", "us", null, figure => figure.Latencies.PercentileMicros(share));
        }

        Cost(name + ".latency_max_us", "us", null, figure => figure.Latencies.MaxMicros);
        Cost(name + ".rss_anon_mb", "MB", null, figure => figure.RssAnonMegabytes);
    }

    private void Add(string name, string unit, double? target, Func<LoadFigure, double> value, double? floor)
    {
        double[] runs = [.. _figures.Select(value)];
        _run.Report(new BenchResult(name, BenchRun.Median(runs), unit, floor, target, LowerIsBetter: false, runs));
    }

    private void Cost(string name, string unit, double? target, Func<LoadFigure, double> value)
    {
        double[] runs = [.. _figures.Select(value)];
        _run.Report(new BenchResult(name, BenchRun.Median(runs), unit, null, target, LowerIsBetter: true, runs));
    }

    private void Floor(string name, List<double> runs) => _run.Report(new BenchResult(
        name, BenchRun.Median([.. runs]), "1/s", null, null, LowerIsBetter: false, [.. runs]));

    /// <summary>What a load must reach; null where it only informs.</summary>
    internal sealed record Targets(double? Rate, double? Share, double? Allocation)
    {
        public static Targets None { get; } = new(null, null, null);

        public static Targets Of(double rate, double share, double allocation) => new(rate, share, allocation);
    }
}
