// The histogram against the sorted list of the same latencies: right within a hundredth, for any of them.
using System.Runtime.Versioning;
using LedgerStore.Bench.Load;
using Xunit;

namespace LedgerStore.Tests.Bench;

[SupportedOSPlatform("linux")]
public sealed class LatencyHistogramTests
{
    private const double Error = 0.01;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_those_of_the_sorted_latencies_within_a_hundredth(int seed)
    {
        Random random = new(seed);
        long[] nanos = [.. Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 24))];
        LatencyHistogram histogram = new();
        Array.ForEach(nanos, histogram.RecordNanos);
        long[] sorted = [.. nanos.Order()];
        foreach (double share in (double[])[0.001, 0.5, 0.9, 0.99, 0.999, 1])
        {
            double wanted = sorted[(int)Math.Ceiling(share * sorted.Length) - 1] / 1000.0;
            Assert.InRange(histogram.PercentileMicros(share), wanted, wanted * (1 + Error));
        }

        Assert.Equal(nanos.Length, histogram.Count);
        Assert.InRange(histogram.MaxMicros, sorted[^1] / 1000.0 * (1 - Error), sorted[^1] / 1000.0 * (1 + Error));
        double mean = nanos.Average() / 1000.0;
        Assert.InRange(histogram.MeanMicros, mean * (1 - Error), mean * (1 + Error));
    }

    [Fact]
    public void Two_histograms_add_up_to_one_of_all()
    {
        LatencyHistogram first = new();
        LatencyHistogram second = new();
        LatencyHistogram all = new();
        for (int nanos = 0; nanos < 5_000; nanos++)
        {
            (nanos % 3 == 0 ? first : second).RecordNanos(nanos * 977L);
            all.RecordNanos(nanos * 977L);
        }

        first.Add(second);
        Assert.Equal(all.Count, first.Count);
        Assert.Equal(all.MaxMicros, first.MaxMicros);
        Assert.Equal(all.PercentileMicros(0.99), first.PercentileMicros(0.99));
    }

    [Fact]
    public void What_is_longer_than_an_hour_counts_as_an_hour_and_a_clock_that_goes_back_as_nothing()
    {
        LatencyHistogram histogram = new();
        histogram.RecordNanos(long.MaxValue);
        histogram.RecordNanos(-1);
        Assert.Equal(2, histogram.Count);
        Assert.InRange(histogram.MaxMicros, 3.6e9 * (1 - Error), 3.6e9 * (1 + Error));
        Assert.Equal(0, histogram.PercentileMicros(0.5));
    }

    [Fact]
    public void Nothing_recorded_is_zero()
    {
        LatencyHistogram empty = new();
        Assert.Equal(0, empty.PercentileMicros(0.5));
        Assert.Equal(0, empty.MeanMicros);
    }
}
