// How calls end, our client to our server over mutual TLS: statuses, details, deadlines, cancellation, limits. All of
// it must hold whatever carries the calls.

using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Server.Config;
using LedgerStore.Tests.Grpc.V1;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class CallEndTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private LedgerChannel _channel = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(isTls: true);
        _channel = _server.Connect();
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    public static TheoryData<StatusCode> AllErrors() =>
        [.. Enum.GetValues<StatusCode>().Where(code => code != StatusCode.OK)];

    [Theory]
    [MemberData(nameof(AllErrors))]
    public async Task Every_status_arrives_with_its_message(StatusCode code)
    {
        const string message = "100 % größer\nas 你好";
        EchoRequest request = new() { FailWith = (uint)code, FailMessage = message };
        RpcException error = await FailAsync(request, default);
        Assert.Equal((code, message), (error.Code, error.Detail));
        Assert.Equal($"{StatusNames.Of(code)}: {message}", error.Message);
        Assert.Null(error.Info);
    }

    [Fact]
    public async Task Details_arrive_typed()
    {
        EchoRequest request = new()
        {
            FailWith = (uint)StatusCode.FailedPrecondition,
            FailMessage = "no",
            FailWithDetails = true,
        };
        RpcException error = await FailAsync(request, default);
        Assert.Equal("TEST_REASON", error.Info!.Reason);
        Assert.Equal("ledgerstore", error.Info!.Domain);
        Assert.Equal("value", error.Info!.Metadata["key"]);
        Assert.Equal((int)StatusCode.FailedPrecondition, error.GetRpcStatus()!.Code);
    }

    [Fact]
    public void A_hint_when_to_try_again_joins_the_reason()
    {
        RpcException error = RpcException.Because(StatusCode.Unavailable, "AWAY", "not now", ("tier", "cold"))
            .WithRetryAfter(TimeSpan.FromMilliseconds(1_500))
            .CausedBy(new IOException("a disk"));
        Assert.Equal(("AWAY", "cold"), (error.Info!.Reason, error.Info!.Metadata["tier"]));
        Assert.Equal(TimeSpan.FromMilliseconds(1_500), error.RetryAfter);
        Assert.Equal(("UNAVAILABLE: not now", "a disk"), (error.Message, error.InnerException!.Message));
        Assert.Null(RpcException.Of(StatusCode.Internal, "no more").RetryAfter);
    }

    [Fact]
    public async Task An_error_after_messages_comes_in_the_trailers()
    {
        EchoRequest request = new() { Count = 3, FailWith = (uint)StatusCode.DataLoss, FailMessage = "rotten" };
        using ResponseStream<EchoResponse> call = _channel.ServerStream(InteropMethods.ServerStream, request, default);
        int count = 0;
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ReadAsync())
            {
                count++;
            }
        });
        Assert.Equal((3, StatusCode.DataLoss, "rotten"), (count, error.Code, error.Detail));
    }

    [Fact]
    public async Task An_unexpected_exception_tells_the_client_nothing()
    {
        RpcException error = await FailAsync(new EchoRequest { FailWith = 99 }, default);
        Assert.Equal(StatusCode.Unknown, error.Code);
        Assert.DoesNotContain("secret", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_ends_both_sides()
    {
        CallLimits limits = new() { Timeout = TimeSpan.FromMilliseconds(200) };
        RpcException error = await FailAsync(new EchoRequest { Wait = true }, limits);
        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
        await EventuallyAsync(() => _server.Service.Cancelled == _server.Service.Waiting);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_needs_no_server()
    {
        RpcException error = await FailAsync(new EchoRequest(), new CallLimits { Timeout = TimeSpan.Zero });
        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
    }

    [Fact]
    public async Task Cancelling_reaches_the_handler()
    {
        using CancellationTokenSource source = new();
        CallLimits limits = new() { CancellationToken = source.Token };
        Task<EchoResponse> call = _channel.UnaryAsync(
            InteropMethods.Unary, new EchoRequest { Wait = true }, limits).AsTask();
        await EventuallyAsync(() => _server.Service.Waiting == 1);
        await source.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(source.Token, error.CancellationToken);
        await EventuallyAsync(() => _server.Service.Cancelled == 1);
    }

    [Fact]
    public async Task Disposing_a_stream_cancels_its_handler()
    {
        EchoRequest request = new() { Count = 1, Wait = true };
        ResponseStream<EchoResponse> call = _channel.ServerStream(InteropMethods.ServerStream, request, default);
        Assert.True(await call.ReadAsync());
        call.Dispose();
        await EventuallyAsync(() => _server.Service.Cancelled == 1);
    }

    [Fact]
    public async Task A_message_above_the_servers_limit_is_refused_and_the_client_does_not_call_that_a_lie()
    {
        EchoRequest request = new() { Payload = ByteString.CopyFrom(new byte[ServerLimits.RequestBytes + 1]) };
        RpcException error = await FailAsync(request, default);
        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        Assert.False(CallErrors.IsNoMessage(error));
    }

    [Fact]
    public async Task A_message_above_the_clients_limit_is_no_message()
    {
        uint limit = (uint)_channel.Settings.ReceiveBytesMax;
        RpcException error = await FailAsync(new EchoRequest { ResponseBytes = limit }, default);
        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        Assert.True(CallErrors.IsNoMessage(error));
        using ResponseStream<EchoResponse> stream = _channel.ServerStream(
            InteropMethods.ServerStream, new EchoRequest { Count = 1, ResponseBytes = limit }, default);
        error = await Assert.ThrowsAsync<RpcException>(async () => await stream.ReadAsync());
        Assert.True(CallErrors.IsNoMessage(error));
    }

    [Fact]
    public async Task Large_messages_are_whole()
    {
        byte[] large = new byte[4_000_000];
        new Random(1).NextBytes(large);
        EchoResponse response = await _channel.UnaryAsync(
            InteropMethods.Unary, new EchoRequest { Payload = ByteString.CopyFrom(large) });
        Assert.Equal(large, response.Payload);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Gzip_is_transparent(bool compressRequest, bool compressResponse)
    {
        await using TestServer other = await TestServer.StartAsync(
            isTls: true,
            static _ => { },
            options => options.ResponseCompressionAlgorithm = compressResponse ? "gzip" : null);
        using LedgerChannel connected = other.Connect();
        Interop.InteropClient client = new(connected.NextInvoker());
        Metadata headers = compressRequest ? new Metadata { { "grpc-internal-encoding-request", "gzip" } } : [];
        ByteString payload = ByteString.CopyFrom(new byte[1_000_000]);
        EchoResponse response = await client.UnaryAsync(new EchoRequest { Payload = payload }, headers);
        Assert.Equal(payload, response.Payload);
        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> call = client.Duplex(headers);
        await call.RequestStream.WriteAsync(new EchoRequest { Payload = payload });
        await call.RequestStream.WriteAsync(new EchoRequest());
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(payload, call.ResponseStream.Current.Payload);
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Empty(call.ResponseStream.Current.Payload);
    }

    [Fact]
    public async Task A_bomb_is_refused_at_the_limit_on_both_sides()
    {
        Interop.InteropClient client = new(_channel.NextInvoker());
        Metadata compressed = new() { { "grpc-internal-encoding-request", "gzip" } };
        EchoRequest request = new() { Payload = ByteString.CopyFrom(new byte[64_000_000]) };
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await client.UnaryAsync(request, compressed));
        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        Assert.Contains("decompressed", error.Detail, StringComparison.Ordinal);

        await using TestServer other = await TestServer.StartAsync(
            isTls: true, static _ => { }, static options => options.ResponseCompressionAlgorithm = "gzip");
        using LedgerChannel victim = other.Connect();
        error = await Assert.ThrowsAsync<RpcException>(
            async () => await victim.UnaryAsync(InteropMethods.Unary, new EchoRequest { ResponseBytes = 64_000_000 }));
        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        Assert.Contains("decompressed", error.Detail, StringComparison.Ordinal);
        Assert.True(CallErrors.IsNoMessage(error));
    }

    [Fact]
    public async Task Writing_to_a_call_the_server_ended_fails_and_reading_tells_why()
    {
        using DuplexStream<EchoRequest, EchoResponse> call = _channel.Duplex(InteropMethods.Duplex, default);
        await call.WriteAsync(new EchoRequest { FailWith = (uint)StatusCode.FailedPrecondition, FailMessage = "gap" });
        EchoRequest large = new() { Payload = ByteString.CopyFrom(new byte[100_000]) };
        OperationCanceledException echo = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            for (int count = 0; count < 10_000; count++)
            {
                await call.WriteAsync(large);
            }
        });
        Assert.Contains("reading the responses tells why", echo.Message, StringComparison.Ordinal);
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call.Responses.ReadAsync());
        Assert.Equal((StatusCode.FailedPrecondition, "gap"), (error.Code, error.Detail));
    }

    [Fact]
    public async Task A_server_that_goes_away_is_unavailable()
    {
        EchoRequest request = new() { Count = 1, Wait = true };
        using ResponseStream<EchoResponse> call = _channel.ServerStream(InteropMethods.ServerStream, request, default);
        Assert.True(await call.ReadAsync());
        await _server.DisposeAsync();
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call.ReadAsync());
        Assert.True(error.Code is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Unknown, error.Message);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5);
        }
    }

    private async Task<RpcException> FailAsync(EchoRequest request, CallLimits limits) =>
        await Assert.ThrowsAsync<RpcException>(
            async () => await _channel.UnaryAsync(InteropMethods.Unary, request, limits));
}
