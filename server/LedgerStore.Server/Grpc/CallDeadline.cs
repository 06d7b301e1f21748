// The server's side of grpc-timeout: cancels the call's token, and later the call itself if the handler is deaf to it.
// Owned by one call; its timer runs on the thread pool.

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Server.Grpc;

internal sealed class CallDeadline : IDisposable
{
    private const int CancelError = 8;

    private readonly HttpContext context;
    private readonly CancellationTokenSource source;
    private readonly TimeSpan grace;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private volatile bool hasPassed;
    private bool isDisposed;

    internal CallDeadline(HttpContext context, TimeSpan timeout, GrpcOptions options)
    {
        this.context = context;
        grace = options.DeadlineGrace;
        source = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        Token = source.Token;

        // Armed only when the field is set: a timeout of zero fires at once, on another thread.
        timer = options.Time.CreateTimer(
            static self => ((CallDeadline)self!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Linked to the request: cancelled by whichever comes first.</summary>
    internal CancellationToken Token { get; }

    internal bool HasPassed => hasPassed;

    public void Dispose()
    {
        // The lock keeps a late timer away from a request that Kestrel uses again for another call.
        lock (gate)
        {
            isDisposed = true;
            timer.Dispose();
            source.Dispose();
        }
    }

    private void Fire()
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }

            if (hasPassed)
            {
                // The handler had its grace. The stream goes; the handler may come to its end by itself.
                context.Features.Get<IHttpResetFeature>()?.Reset(CancelError);
                return;
            }

            hasPassed = true;
            timer.Change(grace, Timeout.InfiniteTimeSpan);
        }

        // Callbacks of the token are foreign code: they must not run under the lock.
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in this very moment.
        }
    }
}
