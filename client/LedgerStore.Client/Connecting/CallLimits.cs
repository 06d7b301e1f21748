// What a caller may say about a single call.
// Immutable; any thread.

namespace LedgerStore.Client;

/// <summary>When a call ends by itself; the default value is a call without an end.</summary>
internal readonly record struct CallLimits
{
    /// <summary>The call fails with DEADLINE_EXCEEDED after this long; both sides keep it. Null: no deadline.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Ends the call; the caller sees an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}
