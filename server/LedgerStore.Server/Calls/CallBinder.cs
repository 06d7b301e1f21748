// Registers methods: what is called, and the rule that hangs on its endpoint. What a handler throws becomes a status
// here, once for all of them. Used by one thread at start; handlers run on the thread pool.
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LedgerStore.Server.Calls;

internal delegate ValueTask<TResponse> UnaryHandler<TRequest, TResponse>(TRequest request, ServerCallContext call);

internal delegate ValueTask ServerStreamHandler<TRequest, TResponse>(
    TRequest request, IServerStreamWriter<TResponse> responses, ServerCallContext call);

internal delegate ValueTask DuplexHandler<TRequest, TResponse>(
    IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext call);

/// <summary>Collects the methods of a server.</summary>
internal sealed class CallBinder(ServiceMethodProviderContext<CallMethods> methods, CallErrors errors)
{
    private static readonly HttpMethodMetadata s_post = new([HttpMethods.Post]);

    public CallBinder Unary<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryHandler<TRequest, TResponse> handler, params object[] metadata)
        where TRequest : class
        where TResponse : class
    {
        methods.AddUnaryMethod(method, [s_post, .. metadata], async (_, request, call) =>
        {
            try
            {
                return await handler(request, call).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                throw errors.StatusOf(call, error);
            }
        });
        return this;
    }

    public CallBinder ServerStreaming<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamHandler<TRequest, TResponse> handler, params object[] metadata)
        where TRequest : class
        where TResponse : class
    {
        methods.AddServerStreamingMethod(method, [s_post, .. metadata], async (_, request, responses, call) =>
        {
            try
            {
                await handler(request, responses, call).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                throw errors.StatusOf(call, error);
            }
        });
        return this;
    }

    public CallBinder Duplex<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexHandler<TRequest, TResponse> handler, params object[] metadata)
        where TRequest : class
        where TResponse : class
    {
        methods.AddDuplexStreamingMethod(method, [s_post, .. metadata], async (_, requests, responses, call) =>
        {
            try
            {
                await handler(requests, responses, call).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                throw errors.StatusOf(call, error);
            }
        });
        return this;
    }
}
