// A load with its floors: runs of the store and of the floors' loops in turn, so that all see the same machine.
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
    private readonly List<double> _allCores = [];
    private readonly Steady _warmUp;
    private readonly double _entryBytes;

    public FlooredLoad(BenchRun run, LoadShape shape)
    {
        _run = run;
        using BenchStore store = new(shape.Ledgers);
        using AppendLoad load = new(store, shape);
        using DiskFloor disk = new();
        CpuFloor cpu = new(shape.RecordBytes);
        _entryBytes = cpu.EntryBytes;
        TimeSpan time = run.Options.RunTime;
        TimeSpan floorTime = time / 2;
        _warmUp = load.WarmUp();
        cpu.Run(floorTime);
        for (int i = 0; i < run.Options.Runs; i++)
        {
            LoadFigure figure = load.Run(time);
            _figures.Add(figure);
            _diskFloors.Add(disk.Run(figure.FrameBytes, floorTime).BytesPerSecond
                / ((double)figure.JournalBytes / figure.Records));
            _cpuFloors.Add(cpu.Run(floorTime));
            _allCores.Add(CpuFloor.BytesPerSecondOfAllCores(shape.RecordBytes, floorTime) / _entryBytes);
        }

        PayloadBytes = shape.RecordBytes;
    }

    public int PayloadBytes { get; }

    /// <summary>Records per second, the median of the runs.</summary>
    public double RecordsPerSecond => BenchRun.Median([.. _figures.Select(figure => figure.RecordsPerSecond)]);

    /// <summary>The slower loop of each run: the disk, or all cores that only hash and compress.</summary>
    public double[] Floors => [.. _diskFloors.Zip(_allCores, Math.Min)];

    public void Report(string name)
    {
        _run.MoreIsBetter(
            name + ".records_per_second", "1/s", Each(figure => figure.RecordsPerSecond), BenchRun.Median(Floors));
        _run.MoreIsBetter(
            name + ".mb_per_second", "MB/s", Each(figure => figure.RecordsPerSecond * PayloadBytes / 1e6));
        _run.LessIsBetter(
            name + ".cpu_vs_hash_and_compress", "x",
            _figures.Zip(_cpuFloors, static (figure, core) => figure.CpuSeconds / figure.Records * core));
        _run.MoreIsBetter(name + ".floor.disk_records_per_second", "1/s", _diskFloors);
        _run.MoreIsBetter(name + ".floor.one_core_records_per_second", "1/s", _cpuFloors);
        _run.MoreIsBetter(name + ".floor.all_cores_records_per_second", "1/s", _allCores);
        _warmUp.Tell(_run, name);
        ReportCosts(name);
        ReportLatencies(name);
    }

    private void ReportCosts(string name)
    {
        _run.LessIsBetter(
            name + ".alloc_bytes_per_record", "B", Each(figure => (double)figure.AllocatedBytes / figure.Records));
        _run.LessIsBetter(
            name + ".cpu_seconds_per_million", "s", Each(figure => figure.CpuSeconds * 1e6 / figure.Records));
        _run.LessIsBetter(
            name + ".journal_bytes_per_record", "B", Each(figure => (double)figure.JournalBytes / figure.Records));
        _run.LessIsBetter(
            name + ".written_bytes_per_record", "B", Each(figure => (double)figure.WrittenBytes / figure.Records));
        _run.LessIsBetter(
            name + ".commits_per_million", "", Each(figure => figure.FrameBytes.Length * 1e6 / figure.Records));
        for (int generation = 0; generation <= 2; generation++)
        {
            int which = generation;
            _run.LessIsBetter(
                $"{name}.gc_gen{which}_per_million", "",
                Each(figure => figure.Collections[which] * 1e6 / figure.Records));
        }
    }

    private void ReportLatencies(string name)
    {
        (string Suffix, double Share)[] points = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99_9", 0.999)];
        foreach ((string suffix, double share) in points)
        {
            _run.LessIsBetter(
                $"{name}.latency_{suffix}_us", "us", Each(figure => figure.Latencies.PercentileMicros(share)));
        }

        _run.LessIsBetter(name + ".latency_max_us", "us", Each(figure => figure.Latencies.MaxMicros));
        _run.LessIsBetter(name + ".rss_anon_mb", "MB", Each(figure => figure.RssAnonMegabytes));
    }

    private IEnumerable<double> Each(Func<LoadFigure, double> value) => _figures.Select(value);
}
