// A server as the client sees it: connections that are opened when needed, and the calls over them.
// Any thread; shared by the whole application.

using System.IO.Pipelines;
using Google.Protobuf;
using LedgerStore.Protocol.Grpc;

namespace LedgerStore.Protocol.Channel;

/// <summary>Makes gRPC calls over HTTP/2 and mutual TLS. Retrying is the caller's decision.</summary>
public sealed class RpcChannel : IDisposable
{
    private const int WriteBytes = 64 * 1024;
    private static readonly StreamPipeWriterOptions WriterOptions = new(minimumBufferSize: WriteBytes, leaveOpen: true);

    private readonly HttpMessageInvoker[] connections;
    private uint calls;

    public RpcChannel(Uri address, RpcChannelOptions options)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !(options.AllowPlaintext && address.Scheme == Uri.UriSchemeHttp))
        {
            throw new ArgumentException($"the address {address} must begin with https://", nameof(address));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1, nameof(options));
        Address = address;
        Options = options;
        connections = new HttpMessageInvoker[options.Connections];
        for (int index = 0; index < connections.Length; index++)
        {
            connections[index] = new HttpMessageInvoker(ChannelHandler.Create(options), disposeHandler: true);
        }
    }

    /// <summary>The server's address.</summary>
    public Uri Address { get; }

    internal RpcChannelOptions Options { get; }

    /// <summary>One request, one response.</summary>
    public ValueTask<TResponse> UnaryAsync<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        UnaryAsync(method, request, default);

    /// <summary>One request, one response.</summary>
    public async ValueTask<TResponse> UnaryAsync<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method, TRequest request, CallOptions options)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using ServerStreamCall<TResponse> call = Start(method, request, options, MethodKind.Unary);
        return await call.Responses.ReadSingleAsync("response").ConfigureAwait(false);
    }

    /// <summary>One request, a stream of responses.</summary>
    public ServerStreamCall<TResponse> ServerStream<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method, TRequest request, CallOptions options)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Start(method, request, options, MethodKind.ServerStreaming);

    /// <summary>A stream of requests; returns once there is a connection.</summary>
    public async ValueTask<DuplexCall<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method, CallOptions options)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        new(await OpenRawAsync(method, options).ConfigureAwait(false), method);

    /// <summary>A call of any kind whose messages are bytes; returns once there is a connection.</summary>
    public async ValueTask<RawCall> OpenRawAsync(MethodDescriptor method, CallOptions options)
    {
        ClientCall call = new(this, method, options);
        StreamContent content = new();
        try
        {
            Task<HttpResponseMessage> response = call.Start(content);
            await Task.WhenAny(content.Opened, response).ConfigureAwait(false);
            if (!content.Opened.IsCompletedSuccessfully)
            {
                // There was no connection, and the response says why.
                await response.ConfigureAwait(false);
            }

            Stream stream = await content.Opened.ConfigureAwait(false);
            return new RawCall(call, content, PipeWriter.Create(stream, WriterOptions));
        }
        catch (Exception error)
        {
            Exception translated = error is RpcException ? error : call.Translate(error);
            call.Dispose();
            throw translated;
        }
    }

    /// <summary>A resource that the server has beside its calls, such as a tile: its bytes.</summary>
    /// <param name="path">Behind the address.</param>
    /// <param name="bytesMax">More of them are an error.</param>
    /// <exception cref="RpcException">It is not there, not allowed, too large, or there is no connection.</exception>
    public Task<byte[]> GetAsync(string path, int bytesMax, CallOptions options) =>
        ResourceCall.GetAsync(this, path, bytesMax, options);

    /// <summary>Closes all connections; calls that are under way fail.</summary>
    public void Dispose()
    {
        foreach (HttpMessageInvoker connection in connections)
        {
            connection.Dispose();
        }
    }

    internal HttpMessageInvoker NextConnection() =>
        connections.Length == 1
            ? connections[0]
            : connections[Interlocked.Increment(ref calls) % (uint)connections.Length];

    private ServerStreamCall<TResponse> Start<TRequest, TResponse>(
        MethodDescriptor<TRequest, TResponse> method, TRequest request, in CallOptions options, MethodKind kind)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        if (method.Kind != kind)
        {
            throw new ArgumentException($"{method} is a {method.Kind} method, not {kind}", nameof(method));
        }

        HttpContent content = UnaryContent.Create(request, Options.SendBytesMax, options.CompressRequest);
        ClientCall call = new(this, method, options);
        _ = call.Start(content);
        return new ServerStreamCall<TResponse>(call, method.ResponseParser);
    }
}
