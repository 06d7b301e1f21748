// Latencies in an HdrHistogram, in nanoseconds and two digits: a percentile is right within 1 %.
// One thread records; histograms of several threads are added up.
using System.Diagnostics;
using HdrHistogram;

namespace LedgerStore.Bench.Load;

/// <summary>Counts of latencies, from 1 ns to an hour.</summary>
internal sealed class LatencyHistogram
{
    private const long NanosMax = 3_600_000_000_000;
    private const int Digits = 2;

    private readonly LongHistogram _nanos = new(NanosMax, Digits);

    public long Count => _nanos.TotalCount;

    public double MeanMicros => Count == 0 ? 0 : _nanos.GetMean() / 1000.0;

    public double MaxMicros => _nanos.GetMaxValue() / 1000.0;

    public void RecordSince(long startedTicks, long nowTicks) =>
        RecordNanos((nowTicks - startedTicks) * (1_000_000_000 / Stopwatch.Frequency));

    public void RecordNanos(long nanos) => _nanos.RecordValue(Math.Clamp(nanos, 0, NanosMax));

    public void Add(LatencyHistogram other) => _nanos.Add(other._nanos);

    /// <summary>The latency that this share of all stayed at or below.</summary>
    public double PercentileMicros(double share) =>
        Count == 0 ? 0 : _nanos.GetValueAtPercentile(share * 100) / 1000.0;
}
