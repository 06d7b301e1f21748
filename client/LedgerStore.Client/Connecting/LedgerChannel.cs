// A server as the client sees it: gRPC channels that connect when they are needed, and the calls over them, with errors
// that say what happened. Any thread; shared by the whole application.

using Grpc.Core;
using Grpc.Net.Client;
using LedgerStore.Protocol;

namespace LedgerStore.Client;

/// <summary>Makes gRPC calls over HTTP/2 and mutual TLS. Retrying is the caller's decision.</summary>
internal sealed class LedgerChannel : IDisposable
{
    private readonly ChannelHandler[] _handlers;
    private readonly HttpMessageInvoker[] _resources;
    private readonly GrpcChannel[] _channels;
    private readonly CallInvoker[] _invokers;
    private uint _calls;

    internal LedgerChannel(Uri address, ChannelSettings settings)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !(settings.AllowPlaintext && address.Scheme == Uri.UriSchemeHttp))
        {
            throw new ArgumentException($"the address {address} must begin with https://", nameof(address));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Connections, 1, nameof(settings));
        Address = address;
        Settings = settings;
        _handlers = [.. Enumerable.Range(0, settings.Connections).Select(_ => new ChannelHandler(settings))];
        _resources = [.. _handlers.Select(handler => new HttpMessageInvoker(handler, disposeHandler: false))];
        _channels = [.. _handlers.Select(handler => GrpcChannel.ForAddress(address, OptionsOf(settings, handler)))];
        _invokers = [.. _channels.Select(channel => channel.CreateCallInvoker())];
    }

    /// <summary>The server's address.</summary>
    internal Uri Address { get; }

    internal ChannelSettings Settings { get; }

    /// <summary>Sets the limits of messages and their encodings.</summary>
    internal static void Limit(GrpcChannelOptions options, ChannelSettings settings)
    {
        options.MaxReceiveMessageSize = settings.ReceiveBytesMax;
        options.MaxSendMessageSize = null;
        options.CompressionProviders = [new BoundedGzip(settings.ReceiveBytesMax)];
    }

    /// <summary>One request, one response.</summary>
    internal async ValueTask<TResponse> UnaryAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, CallLimits limits)
        where TRequest : class
        where TResponse : class
    {
        using CallPatience patience = new(limits, Settings.Time);
        using AsyncUnaryCall<TResponse> call = NextInvoker().AsyncUnaryCall(method, null, patience.Options, request);
        try
        {
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            throw patience.HasEnded
                ? CallErrors.TooLate(Called(method, limits))
                : CallErrors.Explain(error, IsServers(call.GetTrailers), Called(method, limits));
        }
    }

    /// <summary>One request, a stream of responses.</summary>
    internal ResponseStream<TResponse> ServerStream<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, CallLimits limits)
        where TRequest : class
        where TResponse : class
    {
        AsyncServerStreamingCall<TResponse> call = NextInvoker().AsyncServerStreamingCall(
            method, null, new CallOptions(cancellationToken: limits.CancellationToken), request);
        return new ResponseStream<TResponse>(
            call.ResponseStream, call.GetTrailers, call, Called(method, limits));
    }

    /// <summary>Streams in both directions.</summary>
    internal DuplexStream<TRequest, TResponse> Duplex<TRequest, TResponse>(
        Method<TRequest, TResponse> method, CallLimits limits)
        where TRequest : class
        where TResponse : class => new(
        NextInvoker().AsyncDuplexStreamingCall(
            method, null, new CallOptions(cancellationToken: limits.CancellationToken)),
        Called(method, limits));

    /// <summary>A resource that the server has beside its calls, such as a tile: its bytes.</summary>
    /// <param name="path">Behind the address.</param>
    /// <param name="bytesMax">More of them are an error.</param>
    /// <exception cref="RpcException">It is not there, not allowed, too large, or there is no connection.</exception>
    internal Task<byte[]> GetAsync(string path, int bytesMax, CallLimits limits) =>
        ResourceCall.GetAsync(this, path, bytesMax, limits);

    /// <summary>Closes all connections; calls that are under way fail.</summary>
    public void Dispose()
    {
        foreach (GrpcChannel channel in _channels)
        {
            channel.Dispose();
        }

        foreach (ChannelHandler handler in _handlers)
        {
            handler.Dispose();
        }
    }

    /// <summary>Trailers that are there came from the server, and so did the status.</summary>
    internal static bool IsServers(Func<Metadata> trailers)
    {
        try
        {
            trailers();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    internal HttpMessageInvoker NextHandler() => _resources[Next()];

    internal CallInvoker NextInvoker() => _invokers[Next()];

    private static GrpcChannelOptions OptionsOf(ChannelSettings settings, HttpMessageHandler handler)
    {
        GrpcChannelOptions options = new() { HttpHandler = handler };
        Limit(options, settings);
        return options;
    }

    private CalledMethod Called(IMethod method, in CallLimits limits) =>
        new(method, Address, limits, Settings.ReceiveBytesMax);

    private uint Next() =>
        _invokers.Length == 1 ? 0 : Interlocked.Increment(ref _calls) % (uint)_invokers.Length;
}
