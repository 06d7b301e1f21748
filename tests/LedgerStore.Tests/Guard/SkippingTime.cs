// A clock that goes as ours does, and is set ahead by a test: deadlines that lie between are due at once. Any thread.

namespace LedgerStore.Tests.Guard;

internal sealed class SkippingTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<SkippingTimer> _timers = [];
    private TimeSpan _ahead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>So much time is over.</summary>
    public void Skip(TimeSpan time)
    {
        SkippingTimer[] timers;
        lock (_lock)
        {
            _ahead += time;
            timers = [.. _timers];
        }

        foreach (SkippingTimer timer in timers)
        {
            timer.Skipped();
        }
    }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Ahead.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        SkippingTimer timer = new(this, callback, state);
        lock (_lock)
        {
            _ = _timers.Add(timer);
        }

        _ = timer.Change(dueTime, period);
        return timer;
    }

    private TimeSpan Ahead
    {
        get
        {
            lock (_lock)
            {
                return _ahead;
            }
        }
    }

    private void Forget(SkippingTimer timer)
    {
        lock (_lock)
        {
            _ = _timers.Remove(timer);
        }
    }

    private sealed class SkippingTimer : ITimer
    {
        private readonly SkippingTime _time;
        private readonly ITimer _inner;
        private readonly Lock _lock = new();
        private long? _due;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public SkippingTimer(SkippingTime time, TimerCallback callback, object? state)
        {
            _time = time;
            _inner = System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                _due = dueTime < TimeSpan.Zero ? null : _time.GetTimestamp() + dueTime.Ticks;
                _period = period;
            }

            return _inner.Change(dueTime, period);
        }

        public void Skipped()
        {
            lock (_lock)
            {
                if (_due is { } due)
                {
                    // One that was due already, and comes again, has its next turn sooner.
                    long left = Math.Max(0, due - _time.GetTimestamp());
                    _ = _inner.Change(TimeSpan.FromTicks(left), _period);
                }
            }
        }

        public void Dispose()
        {
            _time.Forget(this);
            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            _time.Forget(this);
            return _inner.DisposeAsync();
        }
    }
}
