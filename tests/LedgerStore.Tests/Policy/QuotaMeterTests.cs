// The quota meter: exact over any time, whole batches, retry-after that is right to the tick, one lock under threads.
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class QuotaMeterTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void One_second_of_records_and_then_one_more_when_it_has_grown_back()
    {
        QuotaMeter meter = new(Records(10), Second, 0);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(meter.Take(1, 0, 0).Allowed);
        }

        QuotaVerdict verdict = meter.Take(1, 0, 0);
        Assert.Equal(QuotaLimit.RecordsPerSecond, verdict.Limit);
        // At that tick, and not one earlier, there is something in the bucket again.
        Assert.False(meter.Take(1, 0, verdict.RetryAfterTicks - 1).Allowed);
        Assert.True(meter.Take(1, 0, verdict.RetryAfterTicks).Allowed);
    }

    [Fact]
    public void A_batch_beyond_a_second_is_admitted_once_and_paid_for()
    {
        QuotaMeter meter = new(new Quota(null, 1000, null, null), Second, 0);
        Assert.True(meter.Take(1, 5000, 0).Allowed);
        QuotaVerdict verdict = meter.Take(1, 1, 0);
        Assert.Equal(new QuotaVerdict(QuotaLimit.BytesPerSecond, (4 * Second) + 1), verdict);
        Assert.False(meter.Take(1, 1, 4 * Second).Allowed);
        Assert.True(meter.Take(1, 1, (4 * Second) + 1).Allowed);
    }

    [Fact]
    public void What_one_rate_refuses_is_not_taken_from_the_other()
    {
        QuotaMeter meter = new(new Quota(1000, 1000, null, null), Second, 0);
        Assert.True(meter.Take(1000, 0, 0).Allowed);
        Assert.Equal(QuotaLimit.RecordsPerSecond, meter.Take(1, 50_000, 0).Limit);
        // Had the bytes been taken, they would be missing for 49 seconds.
        Assert.True(meter.Take(1, 1, Second / 100).Allowed);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(7, 3)]
    [InlineData(999_983, 10_007)]
    [InlineData(PolicyLimits.QuotaAmount, 4_194_304)]
    public void Over_time_the_rate_is_kept_to_the_unit(long rate, long batch)
    {
        QuotaMeter meter = new(new Quota(null, rate, null, null), Second, 0);
        Random random = new(5);
        long now = 0, taken = 0;
        for (int i = 0; i < 200_000; i++)
        {
            QuotaVerdict verdict = meter.Take(1, batch, now);
            taken += verdict.Allowed ? batch : 0;
            long wait = Math.Min(verdict.RetryAfterTicks, random.NextInt64(1, 3 * Second));
            now += verdict.Allowed ? random.Next(0, 1000) : wait;
            Int128 most = ((Int128)rate * now / Second) + rate + batch;
            Assert.True(taken <= most, $"{taken} of {most} after {now} ticks");
        }
    }

    [Fact]
    public void A_bucket_never_holds_more_than_a_second_and_time_never_runs_backwards()
    {
        QuotaMeter meter = new(Records(5), Second, 100 * Second);
        Assert.True(meter.Take(5, 0, 500 * Second).Allowed);
        Assert.False(meter.Take(1, 0, 500 * Second).Allowed);
        Assert.False(meter.Take(1, 0, 0).Allowed);
        Assert.False(meter.Take(1, 0, 500 * Second).Allowed);
        Assert.True(meter.Take(1, 0, 501 * Second).Allowed);
    }

    [Fact]
    public void Streams_are_counted_and_never_below_zero()
    {
        QuotaMeter meter = new(new Quota(null, null, 2, null), Second, 0);
        Assert.True(meter.OpenStream().Allowed);
        Assert.True(meter.OpenStream().Allowed);
        Assert.Equal(new QuotaVerdict(QuotaLimit.Streams, 0), meter.OpenStream());
        meter.CloseStream();
        Assert.True(meter.OpenStream().Allowed);
        meter.CloseStream();
        meter.CloseStream();
        Assert.Throws<InvalidOperationException>(meter.CloseStream);
    }

    [Fact]
    public void Bytes_in_flight_are_bounded_and_one_request_always_fits()
    {
        QuotaMeter meter = new(new Quota(null, null, null, 100), Second, 0);
        Assert.True(meter.Reserve(1000).Allowed);
        Assert.Equal(QuotaLimit.InFlightBytes, meter.Reserve(1).Limit);
        meter.Release(1000);
        Assert.True(meter.Reserve(60).Allowed);
        Assert.True(meter.Reserve(40).Allowed);
        Assert.False(meter.Reserve(1).Allowed);
        Assert.Throws<InvalidOperationException>(() => meter.Release(101));
    }

    [Fact]
    public void Without_a_quota_nothing_is_refused()
    {
        QuotaMeter meter = new(Quota.Unlimited, Second, 0);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(meter.Take(long.MaxValue, long.MaxValue, 0).Allowed);
            Assert.True(meter.OpenStream().Allowed);
        }

        Assert.True(meter.Reserve(long.MaxValue).Allowed);
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        QuotaMeter meter = new(new Quota(10, 10, 10, 10), Second, 0);
        Assert.Equal(0, Allocations.LeastOf(Ask));

        void Ask()
        {
            for (int i = 0; i < 1000; i++)
            {
                _ = meter.Take(1, 1, i);
                if (meter.Reserve(5).Allowed)
                {
                    meter.Release(5);
                }
            }
        }
    }

    [Fact]
    public async Task Threads_together_get_exactly_what_one_would()
    {
        QuotaMeter meter = new(Records(10_000), Second, 0);
        long taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                if (meter.Take(1, 0, 0).Allowed)
                {
                    Interlocked.Increment(ref taken);
                }
            }
        })));
        Assert.Equal(10_000, taken);
    }

    [Fact]
    public void A_reload_keeps_debts_and_streams_and_takes_the_new_limits()
    {
        CompiledPolicy before = Samples.Compile(Samples.Policy("a: append: x: 10", "b: append: x: 10"));
        CompiledPolicy after = Samples.Compile(Samples.Policy("c: read: z", "b: append: x: 10", "a: append: x: 20"));
        QuotaMeters old = new(before, null, Second, 0);
        Decision first = before.Decide("a", Capability.Append, "x");
        Assert.NotSame(old[first], old[before.Decide("b", Capability.Append, "x")]);
        Assert.True(old[first].OpenStream().Allowed);
        Assert.True(old[first].Take(30, 0, 0).Allowed);

        QuotaMeters fresh = new(after, old, Second, 0);
        QuotaMeter meter = fresh[after.Decide("a", Capability.Append, "x")];
        Assert.Same(old[first], meter);
        Assert.Same(old[before.Decide("b", Capability.Append, "x")], fresh[after.Decide("b", Capability.Append, "x")]);
        Assert.Equal(20, meter.Quota.RecordsPerSecond);
        // 20 records of debt at 20 a second.
        Assert.False(meter.Take(1, 0, Second).Allowed);
        Assert.True(meter.Take(1, 0, Second + 1).Allowed);
        meter.CloseStream();
    }

    private static Quota Records(long perSecond) => new(perSecond, null, null, null);
}
