// The clock of the store, minute by minute: what is believed, how fast it is followed, and that nothing goes back.

using LedgerStore.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Foundation;

public sealed class StoreClockTests
{
    private const long Second = 1_000_000;
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_new_store_starts_at_the_wall_clock_and_follows_a_good_one_exactly()
    {
        StoreClock clock = new(_time, 0);
        for (int i = 0; i < 1_000; i++)
        {
            Assert.Equal(_time.WallMicros, clock.NextStamp());
            _time.Pass(TimeSpan.FromMicroseconds(i * 37));
        }

        Assert.Null(clock.TakeAlert());
    }

    [Fact]
    public void A_thread_that_loses_its_processor_between_two_readings_stamps_nothing_early()
    {
        TimeSpan away = TimeSpan.Zero;
        InterruptedTime time = new(_time, () => _time.Pass(away));
        away = TimeSpan.FromMilliseconds(40);
        StoreClock clock = new(time, 0);
        for (int i = 0; i < 100; i++)
        {
            away = TimeSpan.FromMilliseconds(i % 7 == 3 ? 40 : 0);
            _time.Pass(TimeSpan.FromMilliseconds(i));
            Assert.InRange(clock.NextStamp(), 0, _time.WallMicros);
        }
    }

    [Fact]
    public void After_a_restart_the_downtime_is_believed_at_once()
    {
        StoreClock clock = new(_time, _time.WallMicros - (86_400 * Second));
        Assert.Equal(_time.WallMicros, clock.NextStamp());
        Assert.Null(clock.TakeAlert());
    }

    [Fact]
    public void After_a_restart_the_stamps_do_not_go_back_behind_the_last_one()
    {
        long last = _time.WallMicros + (3_600 * Second);
        StoreClock clock = new(_time, last);
        Assert.Equal(new ClockAlert(ClockAlertKind.BehindLastStamp, -3_600 * Second), clock.TakeAlert());
        Assert.Null(clock.TakeAlert());
        Assert.Equal(last, clock.NextStamp());

        // An hour is caught up at 5 % in twenty hours, and not before.
        Run(clock, hours: 19);
        Assert.True(clock.NextStamp() > _time.WallMicros);
        Run(clock, hours: 2);
        Assert.Equal(_time.WallMicros, clock.NextStamp());
    }

    [Theory]
    [InlineData(299)]
    [InlineData(-299)]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_small_step_is_slewed_at_five_percent_and_does_not_alert(int seconds)
    {
        StoreClock clock = new(_time, 0);
        long before = clock.NextStamp();
        _time.Step(TimeSpan.FromSeconds(seconds));
        Assert.Equal(before, clock.NextStamp());

        _time.Pass(TimeSpan.FromSeconds(1));
        long after = clock.NextStamp();
        long slewed = Math.Min(Second / 20, Math.Abs(seconds) * Second) * Math.Sign(seconds);
        Assert.Equal(before + Second + slewed, after);

        Run(clock, hours: 2);
        Assert.Equal(_time.WallMicros, clock.NextStamp());
        Assert.Null(clock.TakeAlert());
    }

    [Theory]
    [InlineData(301)]
    [InlineData(86_400)]
    [InlineData(3_000_000_000)]
    public void A_step_forward_alerts_and_is_followed_after_ten_minutes(long seconds)
    {
        StoreClock clock = new(_time, 0);
        long start = clock.NextStamp();
        _time.Step(TimeSpan.FromSeconds(seconds));
        Assert.Equal(start, clock.NextStamp());
        Assert.Equal(new ClockAlert(ClockAlertKind.Stepped, seconds * Second), clock.TakeAlert());
        Assert.True(clock.IsStepPending);

        for (int second = 1; second < 600; second++)
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            Assert.Equal(start + (second * Second), clock.NextStamp());
        }

        Assert.Null(clock.TakeAlert());
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(_time.WallMicros, clock.NextStamp());
        Assert.Equal(new ClockAlert(ClockAlertKind.StepFollowed, seconds * Second), clock.TakeAlert());
        Assert.False(clock.IsStepPending);
    }

    [Fact]
    public void A_step_backward_alerts_and_after_ten_minutes_the_stamps_run_slow_until_it_is_reached()
    {
        StoreClock clock = new(_time, 0);
        long start = clock.NextStamp();
        _time.Step(TimeSpan.FromHours(-1));
        _ = clock.NextStamp();
        Assert.Equal(ClockAlertKind.Stepped, clock.TakeAlert()!.Value.Kind);
        _time.Pass(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(start + (599 * Second), clock.NextStamp());
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(start + (599 * Second) + (Second * 19 / 20), clock.NextStamp());
        Assert.Equal(ClockAlertKind.StepFollowed, clock.TakeAlert()!.Value.Kind);
        Run(clock, hours: 21);
        Assert.Equal(_time.WallMicros, clock.NextStamp());
    }

    [Fact]
    public void A_step_that_is_taken_back_within_ten_minutes_leaves_no_trace()
    {
        StoreClock clock = new(_time, 0);
        _time.Step(TimeSpan.FromDays(1));
        _ = clock.NextStamp();
        _time.Pass(TimeSpan.FromMinutes(9));
        _ = clock.NextStamp();
        _time.Step(TimeSpan.FromDays(-1));
        Assert.Equal(_time.WallMicros, clock.NextStamp());
        Assert.False(clock.IsStepPending);
        _time.Pass(TimeSpan.FromMinutes(20));
        Assert.Equal(_time.WallMicros, clock.NextStamp());
    }

    [Fact]
    public void Another_step_starts_the_ten_minutes_again()
    {
        StoreClock clock = new(_time, 0);
        long start = clock.NextStamp();
        _time.Step(TimeSpan.FromDays(1));
        _ = clock.NextStamp();
        _time.Pass(TimeSpan.FromMinutes(9));
        _time.Step(TimeSpan.FromDays(1));
        Assert.Equal(start + (540 * Second), clock.NextStamp());
        _time.Pass(TimeSpan.FromMinutes(9));
        Assert.Equal(start + (1_080 * Second), clock.NextStamp());
        _time.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(_time.WallMicros, clock.NextStamp());
    }

    [Fact]
    public void Small_steps_that_add_up_move_the_stamps_by_no_more_than_five_percent()
    {
        StoreClock clock = new(_time, 0);
        long start = clock.NextStamp();
        for (int i = 0; i < 600; i++)
        {
            _time.Step(TimeSpan.FromMinutes(4));
            _time.Pass(TimeSpan.FromSeconds(1));
            _ = clock.NextStamp();
        }

        Assert.Equal(start + (600 * Second * 21 / 20), clock.NextStamp());
    }

    [Fact]
    public void Slewing_does_not_depend_on_how_often_the_clock_is_read()
    {
        StoreClock clock = new(_time, 0);
        long start = clock.NextStamp();
        _time.Step(TimeSpan.FromMinutes(1));
        for (int i = 0; i < 200_000; i++)
        {
            _time.Pass(TimeSpan.FromMicroseconds(5));
            _ = clock.NextStamp();
        }

        Assert.Equal(start + (Second * 21 / 20), clock.NextStamp());
    }

    [Fact]
    public void Whatever_the_clocks_do_the_stamps_never_go_back_and_never_run_more_than_five_percent_off()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            SplitMix random = new(seed);
            ManualTime time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
            StoreClock clock = new(time, 0);
            long last = clock.NextStamp();
            for (int i = 0; i < 300; i++)
            {
                if (random.OneIn(5))
                {
                    // Microseconds to years, forward and back.
                    double step = Math.Pow(10, random.Below(15)) * (random.OneIn(2) ? 1 : -1);
                    long target = time.WallMicros + (long)step;
                    time.Step(target is > 0 and < 200_000_000_000_000_000
                        ? TimeSpan.FromMicroseconds((long)step) : TimeSpan.Zero);
                }

                long elapsed = random.Below(1_000_000) * (long)Math.Pow(10, random.Below(5));
                time.Pass(TimeSpan.FromMicroseconds(elapsed));
                long stamp = clock.NextStamp();
                bool followed = clock.TakeAlert() is { Kind: ClockAlertKind.StepFollowed };
                Assert.True(stamp >= last, $"seed {seed}, reading {i}: {stamp} is before {last}");
                long slew = (elapsed / StoreClock.SlewDivisor) + 1;
                Assert.True(
                    followed || Math.Abs(stamp - last - elapsed) <= slew,
                    $"seed {seed}, reading {i}: moved {stamp - last} in {elapsed}");
                last = stamp;
            }
        }
    }

    private void Run(StoreClock clock, int hours)
    {
        long last = clock.NextStamp();
        for (int i = 0; i < hours * 60; i++)
        {
            _time.Pass(TimeSpan.FromMinutes(1));
            long next = clock.NextStamp();
            Assert.InRange(next - last, 57 * Second, 63 * Second);
            last = next;
        }
    }

    /// <summary>Something happens behind each reading of a clock.</summary>
    private sealed class InterruptedTime(ManualTime time, Action behind) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp()
        {
            long read = time.GetTimestamp();
            behind();
            return read;
        }

        public override DateTimeOffset GetUtcNow()
        {
            DateTimeOffset read = time.GetUtcNow();
            behind();
            return read;
        }
    }
}
