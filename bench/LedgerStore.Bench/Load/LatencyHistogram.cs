// Latencies in the manner of HdrHistogram: 64 buckets for each doubling, so a percentile is right within 1.6 %.
// One thread records; histograms of several threads are added up.
using System.Diagnostics;
using System.Numerics;

namespace LedgerStore.Bench.Load;

/// <summary>Counts of latencies, from 1 ns to hours.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits) * SubBuckets];
    private long _max;
    private double _sum;

    public long Count { get; private set; }

    public double MeanMicros => Count == 0 ? 0 : _sum / Count / 1000.0;

    public double MaxMicros => _max / 1000.0;

    public void RecordSince(long startedTicks, long nowTicks) =>
        RecordNanos((nowTicks - startedTicks) * (1_000_000_000 / Stopwatch.Frequency));

    public void RecordNanos(long nanos)
    {
        nanos = Math.Max(nanos, 0);
        _counts[BucketOf(nanos)]++;
        _max = Math.Max(_max, nanos);
        _sum += nanos;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        _max = Math.Max(_max, other._max);
        _sum += other._sum;
        Count += other.Count;
    }

    /// <summary>The latency that this share of all stayed at or below.</summary>
    public double PercentileMicros(double share)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return Math.Min(HighestOf(i), _max) / 1000.0;
            }
        }

        return 0;
    }

    private static int BucketOf(long nanos)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)nanos | 1) - SubBits);
        return (shift << SubBits) + (int)(nanos >> shift);
    }

    private static long HighestOf(int bucket)
    {
        int shift = Math.Max(0, (bucket >> SubBits) - 1);
        long first = bucket - ((long)shift << SubBits);
        return ((first + 1) << shift) - 1;
    }
}
