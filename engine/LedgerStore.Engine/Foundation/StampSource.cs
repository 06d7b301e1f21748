// The store's clock for all its threads: the gate stamps entries with it, others what they create.
// Any thread.

namespace LedgerStore.Engine.Foundation;

/// <summary>One clock, one order of stamps.</summary>
internal sealed class StampSource(StoreClock clock)
{
    // Held for two readings of the system's clock, about 60 ns, once for each batch.
    private readonly Lock _lock = new();

    /// <summary>The time for the next stamp, in microseconds since 1970. Never less than any before.</summary>
    public long Next()
    {
        lock (_lock)
        {
            return clock.NextStamp();
        }
    }

    /// <summary>What has to be recorded about the clock, once each; null when there is nothing.</summary>
    public ClockAlert? TakeAlert()
    {
        lock (_lock)
        {
            return clock.TakeAlert();
        }
    }
}
