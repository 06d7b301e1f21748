// What went wrong below gRPC, as a gRPC status with a sentence about it.
// Pure functions; any thread.

using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

internal static class TransportErrors
{
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

    internal static RpcException From(Exception error, Uri address)
    {
        string host = $"{address.Host}:{address.Port}";
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case RpcException rpc:
                    return rpc;
                case HttpProtocolException http2:
                    return new RpcException(
                        CodeOfHttp2(http2.ErrorCode),
                        $"{host} ended the call with HTTP/2 error {http2.ErrorCode}", error);
                case AuthenticationException tls:
                    return new RpcException(
                        StatusCode.Unavailable, $"no secure connection to {host}: {tls.Message}", error);
                case SocketException socket:
                    return new RpcException(
                        StatusCode.Unavailable, $"no connection to {host}: {socket.Message}", error);
                default:
                    break;
            }
        }

        // A server that refuses a client certificate under TLS 1.3 simply closes: say what that may mean.
        return new RpcException(
            StatusCode.Unavailable,
            $"the connection to {host} was lost or refused ({error.Message}); " +
            "if this happens on every call, the server may not accept the client certificate", error);
    }
}
