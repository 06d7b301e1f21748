// What all gRPC calls of a server have in common. Filled at start by one thread, then only read.

using LedgerStore.Protocol.Grpc;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace LedgerStore.Server.Grpc;

/// <summary>Runs the rest of a call.</summary>
internal delegate ValueTask CallHandler(ServerCall call);

/// <summary>
/// The one place through which every call passes before its handler: who calls, may they, and the record of it. It
/// decides by <see cref="ServerCall.GetMetadata{T}"/>, never by names. To refuse, throw an <see cref="RpcException"/>;
/// what <paramref name="next"/> throws is how the call ended.
/// </summary>
internal delegate ValueTask CallInterceptor(ServerCall call, CallHandler next);

/// <summary>Limits and hooks.</summary>
internal sealed class GrpcOptions
{
    private const int RequestTimeout = Microsoft.AspNetCore.Http.StatusCodes.Status408RequestTimeout;

    /// <summary>The largest request message, after decompression.</summary>
    public int ReceiveBytesMax { get; set; } = MessageLimits.ReceiveBytesMax;

    /// <summary>The largest response message, before compression.</summary>
    public int SendBytesMax { get; set; } = MessageLimits.SendBytesMax;

    /// <summary>Compress responses for clients that accept gzip.</summary>
    public bool CompressResponses { get; set; }

    /// <summary>How long a handler may go on after its deadline before its stream is reset.</summary>
    public TimeSpan DeadlineGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock behind deadlines.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>See <see cref="CallInterceptor"/>. Unknown methods, health and reflection pass it too.</summary>
    public CallInterceptor Interceptor { get; set; } = static (call, next) => next(call);

    /// <summary>Turns an exception of the application into a status; null leaves it to the rules below.</summary>
    public Func<Exception, RpcException?> MapException { get; set; } = static _ => null;

    /// <summary>Told about exceptions that no rule covers. The client learns nothing of them but UNKNOWN.</summary>
    public Action<ServerCall, Exception> UnexpectedException { get; set; } = static (_, _) => { };

    /// <summary>The same for what reading requests or writing responses met: a stream that broke off is known here
    /// before the request is marked as aborted.</summary>
    internal RpcException TranslateTransport(ServerCall call, Exception error) =>
        Translate(call, error is IOException ? new ConnectionResetException(error.Message, error) : error);

    internal RpcException Translate(ServerCall call, Exception error)
    {
        if (call.EndReason is { } reason)
        {
            return reason;
        }

        if (call.IsPastDeadline)
        {
            return new RpcException(StatusCode.DeadlineExceeded, "the deadline of the call has passed", error);
        }

        if (call.Context.RequestAborted.IsCancellationRequested)
        {
            return new RpcException(StatusCode.Cancelled, "the client ended the call", error);
        }

        switch (error)
        {
            case RpcException status:
                return status;
            case BadHttpRequestException { StatusCode: RequestTimeout } slow:
                return new RpcException(StatusCode.Cancelled, "the request body came too slowly", slow);
            case ConnectionResetException or BadHttpRequestException or ConnectionAbortedException:
                return new RpcException(StatusCode.Cancelled, "the client's stream broke off", error);
            default:
                break;
        }

        if (MapException(error) is { } mapped)
        {
            return mapped;
        }

        if (error is OperationCanceledException)
        {
            return new RpcException(StatusCode.Cancelled, "the server cancelled the call", error);
        }

        UnexpectedException(call, error);
        return new RpcException(StatusCode.Unknown, "the server failed in an unexpected way", error);
    }
}
