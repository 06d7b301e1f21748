// The one place through which every call passes: it sees metadata objects, may refuse, and learns how the call ended.

using System.Collections.Concurrent;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.Health.V1;
using LedgerStore.Protocol.Reflection.V1;
using LedgerStore.Server.Grpc;
using LedgerStore.Tests.Grpc.V1;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class InterceptorTests : IAsyncLifetime
{
    private static readonly string[] AllEndpoints = ["test", "health", "reflection", "unknown"];
    private readonly ConcurrentQueue<string> seen = [];
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

    [Fact]
    public async Task EveryCallPassesWithItsMetadata()
    {
        server.Options.Interceptor = (call, next) =>
        {
            seen.Enqueue(call.GetMetadata<string>()!);
            return next(call);
        };
        await channel.UnaryAsync(InteropMethods.Unary, new EchoRequest());
        await channel.UnaryAsync(HealthService.ListMethod, new HealthListRequest());
        using (DuplexCall<ServerReflectionRequest, ServerReflectionResponse> call =
            await channel.OpenAsync(ReflectionService.Method, default))
        {
            await call.CompleteAsync();
            Assert.False(await call.Responses.ReadAsync());
        }

        MethodDescriptor<EchoRequest, EchoResponse> unknown = new(
            "no.such.Service", "Method", MethodKind.Unary, EchoRequest.Parser, EchoResponse.Parser);
        await Assert.ThrowsAsync<RpcException>(async () => await channel.UnaryAsync(unknown, new EchoRequest()));
        Assert.Equal(AllEndpoints, seen);
    }

    [Fact]
    public async Task ARefusalComesBeforeTheHandler()
    {
        server.Options.Interceptor = (_, _) => throw RpcException.Because(
            StatusCode.PermissionDenied, "DENIED", "not for you");
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.UnaryAsync(InteropMethods.Unary, new EchoRequest { FailWith = 1 }));
        Assert.Equal((StatusCode.PermissionDenied, "DENIED"), (error.Code, error.Info!.Reason));
    }

    [Fact]
    public async Task TheClientsCertificateAndTheEndAreKnown()
    {
        server.Options.Interceptor = async (call, next) =>
        {
            seen.Enqueue(call.Context.Connection.ClientCertificate!.Subject);
            try
            {
                await next(call);
            }
            catch (RpcException error)
            {
                seen.Enqueue(error.Detail);
                throw;
            }
        };
        EchoRequest request = new() { FailWith = (uint)StatusCode.Aborted, FailMessage = "as asked" };
        await Assert.ThrowsAsync<RpcException>(async () => await channel.UnaryAsync(InteropMethods.Unary, request));
        Assert.Equal(["CN=client", "as asked"], seen);
    }

    [Fact]
    public async Task AStreamCanBeEndedFromOutside()
    {
        ConcurrentQueue<ServerCall> calls = [];
        server.Options.Interceptor = (call, next) =>
        {
            calls.Enqueue(call);
            return next(call);
        };
        using DuplexCall<EchoRequest, EchoResponse> stream = await channel.OpenAsync(InteropMethods.Duplex, default);
        await stream.WriteAsync(new EchoRequest());
        Assert.True(await stream.Responses.ReadAsync());
        Assert.Single(calls).End(RpcException.Because(StatusCode.PermissionDenied, "POLICY_CHANGED", "no longer"));
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await stream.Responses.ReadAsync());
        Assert.Equal((StatusCode.PermissionDenied, "POLICY_CHANGED"), (error.Code, error.Info!.Reason));
    }

    [Fact]
    public async Task AMethodWithoutMetadataIsNotRegistered()
    {
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => TestServer.StartAsync(
            isTls: false,
            (host, grpc) => grpc.Unary(
                InteropMethods.Unary, (_, _) => ValueTask.FromResult(new EchoResponse()))));
        Assert.Contains("has no metadata", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMethodOfAnotherKindIsNotRegistered() => await Assert.ThrowsAsync<ArgumentException>(
        () => TestServer.StartAsync(
            isTls: false,
            (host, grpc) => grpc.Unary(
                InteropMethods.Duplex, (_, _) => ValueTask.FromResult(new EchoResponse()), "test")));
}
