// Ends a stream from outside its handler, with a status: its client lost the right to it, or the server drains.
// Owned by the stream's request; End is called by any thread.
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Server.Calls;

/// <summary>How a stream can be ended.</summary>
internal sealed class CallEnd : IDisposable
{
    private readonly CancellationTokenSource _ending;
    private readonly PipeWriter _writer;
    private readonly Lock _gate = new();
    private RpcException? _reason;
    private bool _isOver;

    /// <summary>From here on the call's token is cancelled by <see cref="End"/> too.</summary>
    public CallEnd(HttpContext context)
    {
        _ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _writer = context.Response.BodyWriter;
        context.RequestAborted = _ending.Token;
    }

    /// <summary>What <see cref="End"/> was called with, if it was: the status of the call, whatever its handler says.
    /// </summary>
    public RpcException? Reason => Volatile.Read(ref _reason);

    /// <summary>Ends the stream; its handler sees its token cancelled.</summary>
    public void End(RpcException reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null)
        {
            return;
        }

        // Kestrel uses the request again for another call: nothing may reach it once this one is over.
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }
        }

        try
        {
            // Callbacks of the token are foreign code: they do not run under the lock.
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in this very moment.
        }

        lock (_gate)
        {
            if (!_isOver)
            {
                // A write waits for a client that does not read: it would not look at the token.
                _writer.CancelPendingFlush();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _ending.Dispose();
    }
}
