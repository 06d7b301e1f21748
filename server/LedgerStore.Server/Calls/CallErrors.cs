// From what a handler throws to a status: the client learns what it can act upon, and nothing of what went wrong
// inside. Stateless; any thread.
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Wording;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Calls;

/// <summary>The statuses of failed calls.</summary>
internal sealed partial class CallErrors(ILogger<CallErrors> logger)
{
    /// <summary>The status of what was thrown in a call.</summary>
    public RpcException StatusOf(ServerCallContext call, Exception error)
    {
        switch (error)
        {
            case RpcException status:
                return status;
            case var _ when call.CancellationToken.IsCancellationRequested:
                return RpcException.Of(StatusCode.Cancelled, "the client ended the call").CausedBy(error);
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return RpcException.Of(StatusCode.Cancelled, "the request body came too slowly").CausedBy(error);
            case ConnectionResetException or ConnectionAbortedException or IOException:
                return RpcException.Of(StatusCode.Cancelled, "the client's stream broke off").CausedBy(error);
            default:
                break;
        }

        if (StoreErrors.Translate(error) is { } mapped)
        {
            return mapped;
        }

        if (error is OperationCanceledException)
        {
            return RpcException.Of(StatusCode.Cancelled, "the server cancelled the call").CausedBy(error);
        }

        Failed(call.Method, error);
        return RpcException.Of(StatusCode.Unknown, "the server failed in an unexpected way").CausedBy(error);
    }

    [LoggerMessage(LogLevel.Error, "{Call} failed in an unexpected way; please report this")]
    private partial void Failed(string call, Exception error);
}
