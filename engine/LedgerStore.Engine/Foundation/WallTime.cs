// Times as files have them, for people: whatever number somebody wrote there. Pure; any thread.
namespace LedgerStore.Engine.Foundation;

/// <summary>Unix microseconds as a time.</summary>
internal static class WallTime
{
    private static readonly long s_microsMax =
        (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time, or the last one that there is.</summary>
    public static DateTimeOffset At(long micros) =>
        micros <= s_microsMax ? DateTimeOffset.UnixEpoch.AddMicroseconds(micros) : DateTimeOffset.MaxValue;
}
