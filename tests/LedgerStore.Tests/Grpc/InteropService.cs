// The service behind tests/interop/interop.proto, on the server side.
// Any thread.

using Google.Protobuf;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Server.Grpc;
using LedgerStore.Tests.Grpc.V1;

namespace LedgerStore.Tests.Grpc;

internal sealed class InteropService
{
    private int cancelled;

    /// <summary>How many calls were cancelled while they waited.</summary>
    internal int Cancelled => Volatile.Read(ref cancelled);

    internal void Register(GrpcBuilder grpc, params object[] metadata) => grpc
        .Unary(InteropMethods.Unary, UnaryAsync, metadata)
        .ClientStreaming(InteropMethods.ClientStream, ClientStreamAsync, metadata)
        .ServerStreaming(InteropMethods.ServerStream, ServerStreamAsync, metadata)
        .Duplex(InteropMethods.Duplex, DuplexAsync, metadata);

    private static EchoResponse Response(EchoRequest request, uint index) => new()
    {
        Payload = request.ResponseBytes > 0
            ? UnsafeByteOperations.UnsafeWrap(new byte[request.ResponseBytes])
            : request.Payload,
        Index = index,
    };

    private static void ThrowIfAsked(EchoRequest request)
    {
        if (request.FailWith == 0)
        {
            return;
        }

        if (request.FailWith == 99)
        {
            throw new InvalidOperationException("secret of the server");
        }

        throw request.FailWithDetails
            ? RpcException.Because((StatusCode)request.FailWith, "TEST_REASON", request.FailMessage, ("key", "value"))
            : new RpcException((StatusCode)request.FailWith, request.FailMessage);
    }

    // Metadata whose name begins with "echo-" comes back in the headers, and as "trailing-..." in the trailers.
    private static void EchoMetadata(ServerCall call)
    {
        foreach (Metadata.Entry entry in call.RequestHeaders)
        {
            if (!entry.Name.StartsWith("echo-", StringComparison.Ordinal))
            {
                continue;
            }

            if (entry.Bytes is { } bytes)
            {
                call.ResponseHeaders.Add(entry.Name, bytes);
                call.ResponseTrailers.Add("trailing-" + entry.Name, bytes);
            }
            else
            {
                call.ResponseHeaders.Add(entry.Name, entry.Text!);
                call.ResponseTrailers.Add("trailing-" + entry.Name, entry.Text!);
            }
        }
    }

    private async ValueTask WaitIfAskedAsync(EchoRequest request, ServerCall call)
    {
        if (!request.Wait)
        {
            return;
        }

        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref cancelled);
            throw;
        }
    }

    private async ValueTask<EchoResponse> UnaryAsync(EchoRequest request, ServerCall call)
    {
        EchoMetadata(call);
        await WaitIfAskedAsync(request, call);
        ThrowIfAsked(request);
        return Response(request, 0);
    }

    private async ValueTask<EchoResponse> ClientStreamAsync(MessageReader<EchoRequest> requests, ServerCall call)
    {
        EchoMetadata(call);
        uint count = 0;
        EchoRequest last = new();
        while (await requests.ReadAsync())
        {
            last = requests.Current;
            await WaitIfAskedAsync(last, call);
            ThrowIfAsked(last);
            count++;
        }

        return Response(last, count);
    }

    private async ValueTask ServerStreamAsync(
        EchoRequest request, MessageWriter<EchoResponse> responses, ServerCall call)
    {
        EchoMetadata(call);
        for (uint index = 0; index < request.Count; index++)
        {
            await responses.WriteAsync(Response(request, index));
        }

        await WaitIfAskedAsync(request, call);
        ThrowIfAsked(request);
    }

    private async ValueTask DuplexAsync(
        MessageReader<EchoRequest> requests, MessageWriter<EchoResponse> responses, ServerCall call)
    {
        EchoMetadata(call);
        await call.SendHeadersAsync();
        uint index = 0;
        while (await requests.ReadAsync())
        {
            await WaitIfAskedAsync(requests.Current, call);
            ThrowIfAsked(requests.Current);
            await responses.WriteAsync(Response(requests.Current, index++));
        }
    }
}
