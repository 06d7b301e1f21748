// What a failed call means on this side, as a status with a sentence about it: what the server said, what it sent that
// is none of its messages, and what happened to the connection. Pure functions; any thread.

using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Protocol;

namespace LedgerStore.Client;

internal static class CallErrors
{
    /// <summary>What came is no message of the call, or larger than any can be.</summary>
    internal static bool IsNoMessage(RpcException error) =>
        error.Status.DebugException is InvalidDataException or InvalidProtocolBufferException;

    /// <summary>The error that the caller gets.</summary>
    /// <param name="isServers">It is the status that the server sent, and not a finding of this side.</param>
    internal static Exception Explain(
        RpcException error, bool isServers, in CalledMethod called)
    {
        Exception? cause = error.Status.DebugException;
        if (isServers)
        {
            // A call that should have an answer, and has none, is found here, with the status OK.
            return IsMissing(error) ? NoMessage(error, called) : error.WithName();
        }

        if (called.Limits.CancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(
                $"the call {called.Method.FullName[1..]} was cancelled", error, called.Limits.CancellationToken);
        }

        if (error.StatusCode == StatusCode.DeadlineExceeded)
        {
            return TooLate(called).CausedBy(error);
        }

        return cause switch
        {
            InvalidDataException when IsCut(cause) => RpcException.Of(
                StatusCode.Internal, "the stream ended in the middle of a message")
                .CausedBy(new IOException(cause.Message)),
            InvalidDataException or InvalidProtocolBufferException => error.WithName(),
            null when error.StatusCode == StatusCode.Cancelled => new OperationCanceledException(
                $"the call {called.Method.FullName[1..]} was ended", error),
            null => NoMessage(error, called),
            _ => OfTransport(cause, called.Address),
        };
    }

    /// <summary>The call took longer than this side allows.</summary>
    internal static RpcException TooLate(in CalledMethod called) => RpcException.Of(
        StatusCode.DeadlineExceeded,
        $"{called.Method.FullName[1..]} took longer than the {called.Limits.Timeout?.TotalSeconds:0.###} s allowed");

    /// <summary>The status for an HTTP status other than 200, by gRPC's own table.</summary>
    internal static StatusCode CodeOf(HttpStatusCode status) => (int)status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>The status for an HTTP/2 stream or connection error code, by gRPC's own table.</summary>
    internal static StatusCode CodeOfHttp2(long errorCode) => errorCode switch
    {
        7 => StatusCode.Unavailable, // REFUSED_STREAM: the server did nothing with it
        8 => StatusCode.Cancelled,
        11 => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        12 => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    /// <summary>What happened to the connection.</summary>
    internal static RpcException OfTransport(Exception error, Uri address)
    {
        string host = $"{address.Host}:{address.Port}";
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case RpcException rpc:
                    return rpc;
                case HttpProtocolException http2:
                    return RpcException.Of(
                        CodeOfHttp2(http2.ErrorCode),
                        $"{host} ended the call with HTTP/2 error {http2.ErrorCode}").CausedBy(error);
                case AuthenticationException tls:
                    return RpcException.Of(
                        StatusCode.Unavailable, $"no secure connection to {host}: {tls.Message}").CausedBy(error);
                case SocketException socket:
                    return RpcException.Of(
                        StatusCode.Unavailable, $"no connection to {host}: {socket.Message}").CausedBy(error);
                default:
                    break;
            }
        }

        // A server that refuses a client certificate under TLS 1.3 simply closes: say what that may mean.
        return RpcException.Of(
            StatusCode.Unavailable,
            $"the connection to {host} was lost or refused ({error.Message}); " +
            "if this happens on every call, the server may not accept the client certificate").CausedBy(error);
    }

    // gRPC's own findings have no exception: the message is too large, or is compressed in a way nobody announced.
    private static RpcException NoMessage(RpcException error, in CalledMethod called)
    {
        bool isTooLarge = error.StatusCode == StatusCode.ResourceExhausted
            && error.Status.Detail.StartsWith("Received message exceeds", StringComparison.Ordinal);
        string why = isTooLarge
            ? $"received message exceeds the limit of {called.MessageBytesMax:N0} bytes"
            : error.Status.Detail;
        return RpcException.Of(error.StatusCode, why).CausedBy(new InvalidDataException(why));
    }

    private static bool IsMissing(RpcException error) => error.StatusCode == StatusCode.Internal
        && error.Status.Detail.StartsWith("Failed to deserialize response message.", StringComparison.Ordinal);

    private static bool IsCut(Exception error) =>
        error.Message.StartsWith("Unexpected end of content", StringComparison.Ordinal);
}
