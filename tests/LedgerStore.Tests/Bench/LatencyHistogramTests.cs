// The histogram against the sorted list of the same latencies: right within a sixty-fourth, for any of them.
using System.Runtime.Versioning;
using LedgerStore.Bench.Load;
using Xunit;

namespace LedgerStore.Tests.Bench;

[SupportedOSPlatform("linux")]
public sealed class LatencyHistogramTests
{
    private const double Error = 1.0 / 64;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_those_of_the_sorted_latencies_within_a_sixty_fourth(int seed)
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

        Assert.Equal(sorted[^1] / 1000.0, histogram.MaxMicros);
        Assert.Equal(nanos.Average() / 1000.0, histogram.MeanMicros, 6);
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
    public void Nothing_recorded_is_zero()
    {
        LatencyHistogram empty = new();
        Assert.Equal(0, empty.PercentileMicros(0.5));
        Assert.Equal(0, empty.MeanMicros);
    }
}
