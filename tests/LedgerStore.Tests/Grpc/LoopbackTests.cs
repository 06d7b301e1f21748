// Our client against our server, over mutual TLS: every kind of call, every kind of end.

using Google.Protobuf;
using LedgerStore.Protocol.Channel;
using LedgerStore.Tests.Grpc.V1;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class LoopbackTests : IAsyncLifetime
{
    private static readonly ByteString Payload = ByteString.CopyFromUtf8("a record");
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
    public async Task UnaryEchoes()
    {
        EchoResponse response = await channel.UnaryAsync(InteropMethods.Unary, new EchoRequest { Payload = Payload });
        Assert.Equal(Payload, response.Payload);
    }

    [Fact]
    public async Task ClientStreamCountsItsRequests()
    {
        using DuplexCall<EchoRequest, EchoResponse> call =
            await channel.OpenAsync(InteropMethods.ClientStream, default);
        for (int count = 0; count < 100; count++)
        {
            await call.WriteAsync(new EchoRequest { Payload = Payload });
        }

        Assert.Equal(100u, (await call.FinishAsync()).Index);
    }

    [Fact]
    public async Task ServerStreamArrivesInOrder()
    {
        using ServerStreamCall<EchoResponse> call = channel.ServerStream(
            InteropMethods.ServerStream, new EchoRequest { Payload = Payload, Count = 500 }, default);
        uint expected = 0;
        await foreach (EchoResponse response in call.Responses.ReadAllAsync())
        {
            Assert.Equal(expected++, response.Index);
        }

        Assert.Equal(500u, expected);
    }

    [Fact]
    public async Task DuplexAnswersEachRequestBeforeTheNext()
    {
        using DuplexCall<EchoRequest, EchoResponse> call = await channel.OpenAsync(InteropMethods.Duplex, default);
        for (uint index = 0; index < 100; index++)
        {
            await call.WriteAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8($"record {index}") });
            Assert.True(await call.Responses.ReadAsync());
            Assert.Equal(index, call.Responses.Current.Index);
            Assert.Equal($"record {index}", call.Responses.Current.Payload.ToStringUtf8());
        }

        await call.CompleteAsync();
        Assert.False(await call.Responses.ReadAsync());
    }
}
