// A clock whose seconds are shorter: what waits half a minute in life waits a moment in the campaign. Deadlines, pauses
// and silences are as many seconds of it as they are of ours.
// Any thread.

using System.Diagnostics;

namespace LedgerStore.Tests.Lies;

internal sealed class FastTime(int speed) : TimeProvider
{
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

    private readonly long _started = Stopwatch.GetTimestamp();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    // Always the same, so that what is written of it is too.
    public override DateTimeOffset GetUtcNow() => s_now;

    public override long GetTimestamp() => Stopwatch.GetElapsedTime(_started).Ticks * speed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(TimeProvider.System.CreateTimer(callback, state, Scale(dueTime), Scale(period)), this);

    private TimeSpan Scale(TimeSpan time) => time <= TimeSpan.Zero ? time : time / speed;

    private sealed class FastTimer(ITimer timer, FastTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(time.Scale(dueTime), time.Scale(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
