// Calls of tests in a line each, and errors in the words that tests use.

using Grpc.Core;
using LedgerStore.Client;
using Microsoft.AspNetCore.Http.Features;

namespace LedgerStore.Tests.Grpc;

internal static class TestCalls
{
    extension(RpcException error)
    {
        internal StatusCode Code => error.StatusCode;

        internal string Detail => error.Status.Detail;
    }

    extension<T>(ResponseStream<T> stream)
    {
        internal ResponseStream<T> Responses => stream;
    }

    extension(ServerCallContext call)
    {
        internal bool IsAppendStream => call.Method.EndsWith("/AppendStream", StringComparison.Ordinal);
    }

    /// <summary>Ends the call at once with RST_STREAM; the client sees CANCELLED.</summary>
    internal static void Abort(this ServerCallContext call)
    {
        const int cancel = 8;
        call.GetHttpContext().Features.GetRequiredFeature<IHttpResetFeature>().Reset(cancel);
    }

    internal static ValueTask<TResponse> UnaryAsync<TRequest, TResponse>(
        this LedgerChannel channel, Method<TRequest, TResponse> method, TRequest request)
        where TRequest : class
        where TResponse : class => channel.UnaryAsync(method, request, default);

    internal static Task<RawCall> OpenRawAsync(this LedgerChannel channel, IMethod method, CallLimits limits) =>
        Task.FromResult(new RawCall(channel, method, limits));

    internal static Task<DuplexStream<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        this LedgerChannel channel, Method<TRequest, TResponse> method, CallLimits limits)
        where TRequest : class
        where TResponse : class => Task.FromResult(channel.Duplex(method, limits));
}
