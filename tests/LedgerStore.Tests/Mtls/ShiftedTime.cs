// The real clock, moved by as much as a test wants: certificates expire without waiting. Any thread.
namespace LedgerStore.Tests.Mtls;

internal sealed class ShiftedTime : TimeProvider
{
    private long _shiftTicks;

    public void Move(TimeSpan by) => Interlocked.Add(ref _shiftTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _shiftTicks));
}
