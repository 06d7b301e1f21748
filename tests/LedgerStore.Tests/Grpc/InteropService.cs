// The service behind tests/interop/interop.proto, on the server side.
// Any thread.

using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Protocol;
using LedgerStore.Tests.Grpc.V1;
using Microsoft.Extensions.Primitives;

namespace LedgerStore.Tests.Grpc;

internal sealed class InteropService : Interop.InteropBase
{
    private int _cancelled;
    private int _waiting;

    /// <summary>How many calls began to wait.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many calls were cancelled while they waited.</summary>
    internal int Cancelled => Volatile.Read(ref _cancelled);

    public override async Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        await WaitIfAskedAsync(request, context);
        ThrowIfAsked(request);
        return Response(request, 0);
    }

    public override async Task<EchoResponse> ClientStream(
        IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        uint count = 0;
        EchoRequest last = new();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            last = requestStream.Current;
            await WaitIfAskedAsync(last, context);
            ThrowIfAsked(last);
            count++;
        }

        return Response(last, count);
    }

    public override async Task ServerStream(
        EchoRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context);

        // What does not shrink goes out as it is: grpc-js drops messages that it still decompresses when a call fails.
        bool shrinks = request.Payload.Length + request.ResponseBytes > 0;
        responseStream.WriteOptions = new WriteOptions(shrinks ? default : WriteFlags.NoCompress);
        for (uint index = 0; index < request.Count; index++)
        {
            await responseStream.WriteAsync(Response(request, index));
        }

        await WaitIfAskedAsync(request, context);
        ThrowIfAsked(request);
    }

    public override async Task Duplex(
        IAsyncStreamReader<EchoRequest> requestStream,
        IServerStreamWriter<EchoResponse> responseStream,
        ServerCallContext context)
    {
        if (!await EchoMetadataAsync(context))
        {
            await context.WriteResponseHeadersAsync([]);
        }

        uint index = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await WaitIfAskedAsync(requestStream.Current, context);
            ThrowIfAsked(requestStream.Current);
            await responseStream.WriteAsync(Response(requestStream.Current, index++));
        }
    }

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
            : RpcException.Of((StatusCode)request.FailWith, request.FailMessage);
    }

    // Metadata whose name begins with "echo-" comes back in the headers, and as "trailing-..." in the trailers.
    private static async Task<bool> EchoMetadataAsync(ServerCallContext call)
    {
        Metadata headers = [];
        foreach ((string name, StringValues values) in call.GetHttpContext().Request.Headers)
        {
            if (!name.StartsWith("echo-", StringComparison.Ordinal))
            {
                continue;
            }

            // Not from RequestHeaders: several values of one binary name are more than the package understands.
            foreach (string value in values.SelectMany(value => value!.Split(',', StringSplitOptions.TrimEntries)))
            {
                Add(headers, name, value);
                Add(call.ResponseTrailers, "trailing-" + name, value);
            }
        }

        if (headers.Count > 0)
        {
            await call.WriteResponseHeadersAsync(headers);
        }

        return headers.Count > 0;
    }

    private static void Add(Metadata target, string name, string value)
    {
        if (name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            target.Add(name, Convert.FromBase64String(value.PadRight((value.Length + 3) / 4 * 4, '=')));
        }
        else
        {
            target.Add(name, value);
        }
    }

    private async Task WaitIfAskedAsync(EchoRequest request, ServerCallContext call)
    {
        if (!request.Wait)
        {
            return;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
    }
}
