// The pauses between attempts: doubled each time up to a limit, and never quite the same for two clients.
// Used by one loop.

namespace LedgerStore.Client;

internal sealed class RetryPause(TimeProvider time, TimeSpan longest)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(20);

    private TimeSpan next = First;
    private long? failingSince;

    /// <summary>How long nothing has worked.</summary>
    internal TimeSpan FailingFor => failingSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;

    internal void Worked()
    {
        next = First;
        failingSince = null;
    }

    internal void Failed() => failingSince ??= time.GetTimestamp();

    /// <summary>The peer has to do something from here on: until it does, nothing works.</summary>
    internal void Waits() => failingSince ??= time.GetTimestamp();

    /// <summary>The next pause; at least what the server asked for.</summary>
    internal TimeSpan Take(TimeSpan? asked)
    {
        TimeSpan pause = (next < longest ? next : longest) * (0.5 + (Random.Shared.NextDouble() / 2));
        next = next < longest ? next * 2 : longest;
        return asked > pause ? asked.Value : pause;
    }
}
