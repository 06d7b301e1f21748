// The deadline of a call: told to the server, kept by gRPC, and kept here too where the client's clock is not the
// machine's. Owned by one call.

using Grpc.Core;

namespace LedgerStore.Client;

internal sealed class CallPatience : IDisposable
{
    private readonly CancellationTokenSource? _own;
    private readonly CancellationTokenSource? _ending;

    internal CallPatience(in CallLimits limits, TimeProvider time)
    {
        CancellationToken token = limits.CancellationToken;
        if (limits.Timeout is { } timeout && time != TimeProvider.System)
        {
            _own = new CancellationTokenSource(timeout, time);
            _ending = CancellationTokenSource.CreateLinkedTokenSource(token, _own.Token);
            token = _ending.Token;
        }

        DateTime? deadline = limits.Timeout is { } allowed
            ? TimeProvider.System.GetUtcNow().UtcDateTime + allowed
            : null;
        Options = new CallOptions(deadline: deadline, cancellationToken: token);
    }

    internal CallOptions Options { get; }

    /// <summary>It was too long by the client's clock.</summary>
    internal bool HasEnded => _own?.IsCancellationRequested ?? false;

    public void Dispose()
    {
        _ending?.Dispose();
        _own?.Dispose();
    }
}
