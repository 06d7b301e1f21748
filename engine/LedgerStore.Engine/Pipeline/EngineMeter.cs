// What the engine counts of itself, as System.Diagnostics.Metrics instruments and nothing else. Any thread.
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LedgerStore.Engine.Pipeline;

/// <summary>The instruments of one store.</summary>
internal sealed class EngineMeter : IDisposable
{
    public const string Name = "LedgerStore.Engine";

    // Times from a tenth of a millisecond to ten seconds, counts by powers of four: what a collector's buckets are.
    private static readonly InstrumentAdvice<double> s_micros = new()
    {
        HistogramBucketBoundaries =
            [100, 250, 500, 1e3, 2.5e3, 5e3, 1e4, 2.5e4, 5e4, 1e5, 2.5e5, 5e5, 1e6, 2.5e6, 1e7],
    };

    private static readonly InstrumentAdvice<int> s_records = new()
    {
        HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536],
    };

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _records;
    private readonly Counter<long> _journalBytes;
    private readonly Counter<long> _commits;
    private readonly Histogram<double> _commitMicros;
    private readonly Histogram<int> _commitRecords;
    private readonly Counter<double> _bundleMicros;

    public EngineMeter()
    {
        _records = _meter.CreateCounter<long>("ledgerstore.append.records", "{record}", "records made durable");
        _journalBytes = _meter.CreateCounter<long>("ledgerstore.journal.bytes", "By", "bytes written to the journal");
        _commits = _meter.CreateCounter<long>("ledgerstore.commit.count", "{commit}", "group commits");
        _commitMicros = _meter.CreateHistogram(
            "ledgerstore.commit.duration", "us", "write and sync of one group commit", tags: null, s_micros);
        _commitRecords = _meter.CreateHistogram(
            "ledgerstore.commit.records", "{record}", "records of one group commit", tags: null, s_records);
        _bundleMicros = _meter.CreateCounter<double>(
            "ledgerstore.bundle.duration", "us", "copying, hashing and compressing");
    }

    /// <summary>Adds a value that is looked at only when somebody collects.</summary>
    public void Observe(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableGauge(name, value, unit, description);

    /// <summary>The same for one value for each set of labels.</summary>
    public void ObserveEach(
        string name, string unit, string description, Func<IEnumerable<Measurement<long>>> values) =>
        _meter.CreateObservableGauge(name, values, unit, description);

    public static long Now() => Stopwatch.GetTimestamp();

    public void Committed(long started, int records, int bytes)
    {
        _records.Add(records);
        _journalBytes.Add(bytes);
        _commits.Add(1);
        if (_commitMicros.Enabled)
        {
            _commitMicros.Record(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            _commitRecords.Record(records);
        }
    }

    public void Bundled(long started, int bytes)
    {
        if (bytes > 0 && _bundleMicros.Enabled)
        {
            _bundleMicros.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
    }

    public void Dispose() => _meter.Dispose();
}
