// How calls end, client to server over mutual TLS: statuses, details, metadata, deadlines, cancellation, limits.

using Google.Protobuf;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.Health.V1;
using LedgerStore.Tests.Grpc.V1;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class CallEndTests : IAsyncLifetime
{
    private TestServer server = null!;
    private RpcChannel channel = null!;

    public async Task InitializeAsync()
    {
        server = await TestServer.StartAsync(isTls: true);
        channel = server.Connect();
    }

    public async Task DisposeAsync()
    {
        channel.Dispose();
        await server.DisposeAsync();
    }

    public static TheoryData<StatusCode> AllErrors()
    {
        TheoryData<StatusCode> codes = [];
        foreach (StatusCode code in Enum.GetValues<StatusCode>())
        {
            if (code != StatusCode.Ok)
            {
                codes.Add(code);
            }
        }

        return codes;
    }

    [Theory]
    [MemberData(nameof(AllErrors))]
    public async Task EveryStatusArrivesWithItsMessage(StatusCode code)
    {
        const string message = "100 % größer\nas 你好";
        EchoRequest request = new() { FailWith = (uint)code, FailMessage = message };
        RpcException error = await FailAsync(request, default);
        Assert.Equal((code, message), (error.Code, error.Detail));
        Assert.Null(error.Info);
    }

    [Fact]
    public async Task DetailsArriveTyped()
    {
        EchoRequest request = new()
        {
            FailWith = (uint)StatusCode.FailedPrecondition,
            FailMessage = "no",
            FailWithDetails = true,
        };
        RpcException error = await FailAsync(request, default);
        Assert.Equal("TEST_REASON", error.Info!.Reason);
        Assert.Equal("ledgerstore", error.Info.Domain);
        Assert.Equal("value", error.Info.Metadata["key"]);
        Assert.Equal((int)StatusCode.FailedPrecondition, error.Details!.Code);
    }

    [Fact]
    public async Task AnErrorAfterMessagesComesInTheTrailers()
    {
        EchoRequest request = new() { Count = 3, FailWith = (uint)StatusCode.DataLoss, FailMessage = "rotten" };
        using ServerStreamCall<EchoResponse> call = channel.ServerStream(InteropMethods.ServerStream, request, default);
        int count = 0;
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.Responses.ReadAsync())
            {
                count++;
            }
        });
        Assert.Equal((3, StatusCode.DataLoss, "rotten"), (count, error.Code, error.Detail));
    }

    [Fact]
    public async Task AnUnexpectedExceptionTellsTheClientNothing()
    {
        List<Exception> seen = [];
        server.Options.UnexpectedException = (_, error) => seen.Add(error);
        RpcException error = await FailAsync(new EchoRequest { FailWith = 99 }, default);
        Assert.Equal(StatusCode.Unknown, error.Code);
        Assert.DoesNotContain("secret", error.Detail, StringComparison.Ordinal);
        Assert.Contains("secret", Assert.Single(seen).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApplicationExceptionsAreMapped()
    {
        server.Options.MapException = error => error is InvalidOperationException
            ? new RpcException(StatusCode.Aborted, "mapped") : null;
        Assert.Equal(StatusCode.Aborted, (await FailAsync(new EchoRequest { FailWith = 99 }, default)).Code);
    }

    [Fact]
    public async Task MetadataTravelsBothWays()
    {
        byte[] bytes = [0, 1, 2, 255];
        Metadata headers = new() { { "echo-text", "hello" }, { "echo-raw-bin", bytes }, { "echo-text", "again" } };
        const string joined = "hello, again"; // HTTP clients may join the values of one name, and ours does
        EchoRequest request = new() { Count = 1 };
        using ServerStreamCall<EchoResponse> call = channel.ServerStream(
            InteropMethods.ServerStream, request, new CallOptions { Headers = headers });
        Metadata received = await call.Call.GetHeadersAsync();
        Assert.Equal(joined, received["echo-text"]);
        Assert.True(received.TryGetBytes("echo-raw-bin", out byte[]? echoed));
        Assert.Equal(bytes, echoed);
        while (await call.Responses.ReadAsync())
        {
        }

        Assert.Equal(joined, call.Call.Trailers["trailing-echo-text"]);
        Assert.True(call.Call.Trailers.TryGetBytes("trailing-echo-raw-bin", out echoed));
        Assert.Equal(bytes, echoed);
    }

    [Fact]
    public async Task MetadataComesWithAnErrorToo()
    {
        CallOptions options = new() { Headers = new Metadata { { "echo-text", "hello" } } };
        RpcException error = await FailAsync(new EchoRequest { FailWith = 5 }, options);
        Assert.Equal("hello", error.Trailers["trailing-echo-text"]);
    }

    [Fact]
    public async Task ADeadlineEndsBothSides()
    {
        CallOptions options = new() { Timeout = TimeSpan.FromMilliseconds(200) };
        RpcException error = await FailAsync(new EchoRequest { Wait = true }, options);
        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
        await EventuallyAsync(() => server.Service.Cancelled == 1);
    }

    [Fact]
    public async Task ADeadlineThatHasPassedNeedsNoServer()
    {
        RpcException error = await FailAsync(new EchoRequest(), new CallOptions { Timeout = TimeSpan.Zero });
        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
    }

    [Fact]
    public async Task CancellingReachesTheHandler()
    {
        using CancellationTokenSource source = new();
        CallOptions options = new() { CancellationToken = source.Token };
        Task<EchoResponse> call = channel.UnaryAsync(
            InteropMethods.Unary, new EchoRequest { Wait = true }, options).AsTask();
        await Task.Delay(100);
        await source.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(source.Token, error.CancellationToken);
        await EventuallyAsync(() => server.Service.Cancelled == 1);
    }

    [Fact]
    public async Task DisposingAStreamCancelsItsHandler()
    {
        EchoRequest request = new() { Count = 1, Wait = true };
        ServerStreamCall<EchoResponse> call = channel.ServerStream(InteropMethods.ServerStream, request, default);
        Assert.True(await call.Responses.ReadAsync());
        call.Dispose();
        await EventuallyAsync(() => server.Service.Cancelled == 1);
    }

    [Fact]
    public async Task AMessageAboveTheServersLimitIsRefused()
    {
        server.Options.ReceiveBytesMax = 1000;
        EchoRequest request = new() { Payload = ByteString.CopyFrom(new byte[100_000]) };
        RpcException error = await FailAsync(request, default);
        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        Assert.Contains("limit of 1,000", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMessageAboveTheClientsLimitIsRefused()
    {
        RpcException error = await FailAsync(
            new EchoRequest { ResponseBytes = MessageLimits.ReceiveBytesMax }, default);
        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
    }

    [Fact]
    public async Task LargeMessagesAreWhole()
    {
        byte[] large = new byte[4_000_000];
        new Random(1).NextBytes(large);
        EchoResponse response = await channel.UnaryAsync(
            InteropMethods.Unary, new EchoRequest { Payload = ByteString.CopyFrom(large) });
        Assert.Equal(large, response.Payload);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task GzipIsTransparent(bool compressRequest, bool compressResponse)
    {
        server.Options.CompressResponses = compressResponse;
        CallOptions options = new() { CompressRequest = compressRequest };
        ByteString payload = ByteString.CopyFrom(new byte[1_000_000]);
        EchoResponse response = await channel.UnaryAsync(
            InteropMethods.Unary, new EchoRequest { Payload = payload }, options);
        Assert.Equal(payload, response.Payload);
        using DuplexCall<EchoRequest, EchoResponse> call = await channel.OpenAsync(InteropMethods.Duplex, options);
        await call.WriteAsync(new EchoRequest { Payload = payload });
        Assert.True(await call.Responses.ReadAsync());
        Assert.Equal(payload, call.Responses.Current.Payload);
    }

    [Fact]
    public async Task ABombIsRefusedAtTheLimit()
    {
        server.Options.ReceiveBytesMax = 1_000_000;
        EchoRequest request = new() { Payload = ByteString.CopyFrom(new byte[64_000_000]) };
        RpcException error = await FailAsync(request, new CallOptions { CompressRequest = true });
        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        Assert.Contains("decompressed", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownMethodIsUnimplemented()
    {
        MethodDescriptor<EchoRequest, EchoResponse> unknown = new(
            "no.such.Service", "Method", MethodKind.Unary, EchoRequest.Parser, EchoResponse.Parser);
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(unknown, new EchoRequest()));
        Assert.Equal(StatusCode.Unimplemented, error.Code);
    }

    [Fact]
    public async Task AMethodInOtherCaseIsUnimplemented()
    {
        MethodDescriptor<EchoRequest, EchoResponse> lower = new(
            "ledgerstore.interop.v1.interop", "unary", MethodKind.Unary, EchoRequest.Parser, EchoResponse.Parser);
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(lower, new EchoRequest()));
        Assert.Equal(StatusCode.Unimplemented, error.Code);
    }

    [Fact]
    public async Task WritingToACallTheServerEndedFailsAndReadingTellsWhy()
    {
        using DuplexCall<EchoRequest, EchoResponse> call = await channel.OpenAsync(InteropMethods.Duplex, default);
        await call.WriteAsync(new EchoRequest { FailWith = (uint)StatusCode.FailedPrecondition, FailMessage = "gap" });
        EchoRequest large = new() { Payload = ByteString.CopyFrom(new byte[100_000]) };
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            for (int count = 0; count < 10_000; count++)
            {
                await call.WriteAsync(large);
            }
        });
        Assert.Contains("reading the responses tells why", error.Detail, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<RpcException>(async () => await call.Responses.ReadAsync());
        Assert.Equal((StatusCode.FailedPrecondition, "gap"), (error.Code, error.Detail));
    }

    [Fact]
    public async Task AClientStreamThatFailsEarlyTellsItsStatusAtTheEnd()
    {
        using DuplexCall<EchoRequest, EchoResponse> call =
            await channel.OpenAsync(InteropMethods.ClientStream, default);
        await call.WriteAsync(new EchoRequest { FailWith = (uint)StatusCode.FailedPrecondition, FailMessage = "gap" });
        EchoRequest large = new() { Payload = ByteString.CopyFrom(new byte[100_000]) };
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                await call.WriteAsync(large);
            }
        });
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call.FinishAsync());
        Assert.Equal((StatusCode.FailedPrecondition, "gap"), (error.Code, error.Detail));
    }

    [Fact]
    public async Task AServerThatGoesAwayIsUnavailable()
    {
        EchoRequest request = new() { Count = 1, Wait = true };
        using ServerStreamCall<EchoResponse> call = channel.ServerStream(InteropMethods.ServerStream, request, default);
        Assert.True(await call.Responses.ReadAsync());
        await server.DisposeAsync();
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call.Responses.ReadAsync());
        Assert.True(error.Code is StatusCode.Unavailable or StatusCode.Cancelled, error.Message);
    }

    [Fact]
    public async Task HealthFollowsTheServer()
    {
        HealthCheckRequest request = new() { Service = "ledgerstore" };
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(LedgerStore.Server.Grpc.HealthService.CheckMethod, request));
        Assert.Equal(StatusCode.NotFound, error.Code);

        using ServerStreamCall<HealthCheckResponse> watch = channel.ServerStream(
            LedgerStore.Server.Grpc.HealthService.WatchMethod, request, default);
        Assert.True(await watch.Responses.ReadAsync());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.ServiceUnknown, watch.Responses.Current.Status);
        server.Health.Set("ledgerstore", isServing: true);
        Assert.True(await watch.Responses.ReadAsync());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.Responses.Current.Status);
        HealthListResponse all = await channel.UnaryAsync(
            LedgerStore.Server.Grpc.HealthService.ListMethod, new HealthListRequest());
        Assert.Equal(["ledgerstore"], all.Statuses.Keys);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5);
        }
    }

    private async Task<RpcException> FailAsync(EchoRequest request, CallOptions options) =>
        await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(InteropMethods.Unary, request, options));
}
