// The real clock, moved by as much as a test wants: wall and steady time together, and timers as they are. Any thread.

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class MovedTime(TimeSpan by) : TimeProvider
{
    private long _ticks = by.Ticks;

    public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _ticks));

    public override long GetTimestamp() =>
        base.GetTimestamp()
        + (long)(Volatile.Read(ref _ticks) * (TimestampFrequency / (double)TimeSpan.TicksPerSecond));
}
