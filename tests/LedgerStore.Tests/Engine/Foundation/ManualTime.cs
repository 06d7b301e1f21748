// A clock that moves only when a test says so: wall and steady time apart. One test, one clock.

namespace LedgerStore.Tests.Engine.Foundation;

/// <summary>A <see cref="TimeProvider"/> whose wall clock can step and whose steady clock can only advance.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private long _steadyMicros = 123_456_789;
    private DateTimeOffset _wall = start;

    public override long TimestampFrequency => 1_000_000;

    public long WallMicros => (_wall - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public override long GetTimestamp() => _steadyMicros;

    public override DateTimeOffset GetUtcNow() => _wall;

    /// <summary>Time passes on both clocks.</summary>
    public void Pass(TimeSpan time)
    {
        _steadyMicros += time.Ticks / TimeSpan.TicksPerMicrosecond;
        _wall += time;
    }

    /// <summary>Somebody sets the wall clock.</summary>
    public void Step(TimeSpan by) => _wall += by;
}
