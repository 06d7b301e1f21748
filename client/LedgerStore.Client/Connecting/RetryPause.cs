// The pauses between attempts: doubled each time up to a limit, and never quite the same for two clients.
// Used by one loop.

namespace LedgerStore.Client;

internal sealed class RetryPause(TimeProvider time, TimeSpan longest)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(20);

    private TimeSpan _next = s_first;
    private long? _failingSince;

    /// <summary>How long nothing has worked.</summary>
    internal TimeSpan FailingFor => _failingSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero;

    internal void Worked()
    {
        _next = s_first;
        _failingSince = null;
    }

    internal void Failed() => _failingSince ??= time.GetTimestamp();

    /// <summary>The peer has to do something from here on: until it does, nothing works.</summary>
    internal void Waits() => _failingSince ??= time.GetTimestamp();

    /// <summary>The next pause; at least what the server asked for.</summary>
    internal TimeSpan Take(TimeSpan? asked)
    {
        TimeSpan pause = (_next < longest ? _next : longest) * (0.5 + (Random.Shared.NextDouble() / 2));
        _next = _next < longest ? _next * 2 : longest;
        return asked > pause ? asked.Value : pause;
    }
}
