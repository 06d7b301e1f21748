// What a caller may say about a single call.
// Immutable; any thread.

using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

/// <summary>Options of one call; the default value is a call without deadline and metadata.</summary>
public readonly record struct CallOptions
{
    /// <summary>The call fails with DEADLINE_EXCEEDED after this long; both sides keep it. Null: no deadline.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Sent with the request headers.</summary>
    public Metadata? Headers { get; init; }

    /// <summary>Ends the call; the caller sees an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Compresses request messages with gzip, where that makes them smaller.</summary>
    public bool CompressRequest { get; init; }
}
