// Registers services: methods, their handlers, and the metadata objects by which the interceptor decides.
// Used by one thread at start.

using Google.Protobuf;
using LedgerStore.Protocol.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LedgerStore.Server.Grpc;

internal delegate ValueTask<TResponse> UnaryHandler<TRequest, TResponse>(TRequest request, ServerCall call);

internal delegate ValueTask ServerStreamHandler<TRequest, TResponse>(
    TRequest request, MessageWriter<TResponse> responses, ServerCall call)
    where TResponse : class, IMessage<TResponse>;

internal delegate ValueTask<TResponse> ClientStreamHandler<TRequest, TResponse>(
    MessageReader<TRequest> requests, ServerCall call)
    where TRequest : class, IMessage<TRequest>;

internal delegate ValueTask DuplexHandler<TRequest, TResponse>(
    MessageReader<TRequest> requests, MessageWriter<TResponse> responses, ServerCall call)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>;

/// <summary>Messages in place: nothing is allocated per message.</summary>
internal delegate ValueTask RawHandler(RawMessageReader requests, RawMessageWriter responses, ServerCall call);

/// <summary>Collects the methods of a server. Every method needs at least one metadata object.</summary>
internal sealed class GrpcBuilder(IEndpointRouteBuilder endpoints, GrpcOptions options)
{
    private readonly List<MethodDescriptor> methods = [];

    /// <summary>What has been registered so far.</summary>
    public IReadOnlyList<MethodDescriptor> Methods => methods;

    public GrpcBuilder Unary<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method,
        UnaryHandler<TRequest, TResponse> handler,
        params object[] metadata)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, MethodKind.Unary, metadata, async call =>
        {
            MessageReader<TRequest> requests = new(call.Requests, method.RequestParser);
            TRequest request = await requests.ReadSingleAsync("request").ConfigureAwait(false);
            TResponse response = await handler(request, call).ConfigureAwait(false);
            WriteSingle(call, response);
        });

    public GrpcBuilder ServerStreaming<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method,
        ServerStreamHandler<TRequest, TResponse> handler,
        params object[] metadata)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, MethodKind.ServerStreaming, metadata, async call =>
        {
            MessageReader<TRequest> requests = new(call.Requests, method.RequestParser);
            TRequest request = await requests.ReadSingleAsync("request").ConfigureAwait(false);
            await handler(request, new MessageWriter<TResponse>(call.Responses), call).ConfigureAwait(false);
        });

    public GrpcBuilder ClientStreaming<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method,
        ClientStreamHandler<TRequest, TResponse> handler,
        params object[] metadata)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, MethodKind.ClientStreaming, metadata, async call =>
        {
            MessageReader<TRequest> requests = new(call.Requests, method.RequestParser);
            WriteSingle(call, await handler(requests, call).ConfigureAwait(false));
        });

    public GrpcBuilder Duplex<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method,
        DuplexHandler<TRequest, TResponse> handler,
        params object[] metadata)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, MethodKind.Duplex, metadata, call => handler(
            new MessageReader<TRequest>(call.Requests, method.RequestParser),
            new MessageWriter<TResponse>(call.Responses),
            call));

    /// <summary>A method of any kind whose messages are bytes. The handler flushes what it writes.</summary>
    public GrpcBuilder Raw(MethodDescriptor method, RawHandler handler, params object[] metadata) =>
        Add(method, method.Kind, metadata, call => handler(call.Requests, call.Responses, call));

    /// <summary>Answers UNIMPLEMENTED to gRPC calls of anything else, and 404 to what is not gRPC.</summary>
    internal void AddUnknown(object[] metadata)
    {
        CallRunner runner = new(UnknownMethod.Descriptor, UnknownMethod.Handler, options);
        endpoints.MapFallback("{**path}", runner.RunUnknownAsync)
            .Add(endpoint => AddMetadata(endpoint, metadata));
    }

    // Written, not flushed: the message leaves together with the trailers.
    private static void WriteSingle<TResponse>(ServerCall call, TResponse response)
        where TResponse : class, IMessage<TResponse>
    {
        if (!call.IsPastDeadline)
        {
            new MessageWriter<TResponse>(call.Responses).Write(response);
        }
    }

    private static void AddMetadata(EndpointBuilder endpoint, object[] metadata)
    {
        foreach (object item in metadata)
        {
            endpoint.Metadata.Add(item);
        }
    }

    private GrpcBuilder Add(MethodDescriptor method, MethodKind kind, object[] metadata, CallHandler handler)
    {
        if (method.Kind != kind)
        {
            throw new ArgumentException($"{method} is a {method.Kind} method, not {kind}", nameof(method));
        }

        if (metadata.Length == 0)
        {
            throw new ArgumentException(
                $"{method} has no metadata: say explicitly what a caller needs, even if it is nothing",
                nameof(metadata));
        }

        methods.Add(method);
        CallRunner runner = new(method, handler, options);
        endpoints.Map(method.Path, runner.RunAsync)
            .WithDisplayName(method.ToString())
            .Add(endpoint =>
            {
                endpoint.Metadata.Add(method);
                AddMetadata(endpoint, metadata);
            });
        return this;
    }
}
