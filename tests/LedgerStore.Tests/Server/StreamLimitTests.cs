// Bounds on streams: of one identity over all of its connections, and of all together.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class StreamLimitTests
{
    [Fact]
    public async Task One_identity_opens_so_many_streams_and_others_still_open_theirs()
    {
        await using RunningServer server = await StartAsync(perIdentity: 3, all: 100);
        List<ResponseStream<ReadResponse>> open = [];
        for (int number = 0; number < 3; number++)
        {
            open.Add(await FollowAsync(server, "reader"));
        }

        RpcException refusal = await Calls.RefusalOfAsync(() => FollowAsync(server, "reader"));
        Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_STREAMS"), (refusal.Code, refusal.Info!.Reason));
        Assert.Equal(("3", "limits.streams_per_identity"),
            (refusal.Info!.Metadata["limit"], refusal.Info!.Metadata["setting"]));
        Assert.Contains("this identity has 3 open streams", refusal.Detail, StringComparison.Ordinal);
        await server.Connect("writer").AppendAsync("demo", "unary calls are no streams");
        open[0].Dispose();
        while (server.Server.OpenStreamCount == 3)
        {
            await Task.Delay(10);
        }

        (await FollowAsync(server, "reader")).Dispose();
        open.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task All_identities_together_open_so_many()
    {
        await using RunningServer server = await StartAsync(perIdentity: 3, all: 3);
        using ResponseStream<ReadResponse> one = await FollowAsync(server, "reader");
        using ResponseStream<ReadResponse> two = await FollowAsync(server, "reader");
        using ResponseStream<Checkpoint> three = server.Connect("auditor").ServerStream(
            LedgerMethods.WatchCheckpoints, new WatchCheckpointsRequest { Ledger = "demo" }, default);
        while (server.Server.OpenStreamCount < 3)
        {
            await Task.Delay(10);
        }

        RpcException refusal = await Calls.RefusalOfAsync(() => FollowAsync(server, "reader"));
        Assert.Equal("limits.streams", refusal.Info!.Metadata["setting"]);
    }

    [Fact]
    public async Task A_stream_that_goes_on_with_another_ledger_counts_there_too()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy.Replace(
                "  - { role: write,  identities: [writer],  ledgers: [\"*\"] }",
                "  - { role: write, identities: [writer], ledgers: [scarce], quota: { streams: 1 } }\n"
                + "  - { role: write, identities: [writer], ledgers: [\"*\"] }"),
            static settings => settings);
        server.Store.GetOrCreateLedger("scarce");
        using DuplexStream<AppendRequest, AppendResponse> wanders = await OpenAppendAsync(server, "demo");
        await wanders.WriteAsync(Calls.Request("scarce", "b"));
        Assert.True(await wanders.Responses.ReadAsync());
        RpcException refusal = await Calls.RefusalOfAsync(() => OpenAppendAsync(server, "scarce"));
        Assert.Equal("streams", refusal.Info!.Metadata["quota"]);

        // Back and forth is still one stream.
        await wanders.WriteAsync(Calls.Request("demo", "c"));
        await wanders.WriteAsync(Calls.Request("scarce", "d"));
        Assert.True(await wanders.Responses.ReadAsync());
        Assert.True(await wanders.Responses.ReadAsync());
        await wanders.CompleteAsync();
        Assert.False(await wanders.Responses.ReadAsync());
        (await OpenAppendAsync(server, "scarce")).Dispose();
    }

    private static Task<RunningServer> StartAsync(int perIdentity, int all) => RunningServer.StartAsync(
        RunningServer.DefaultPolicy,
        settings => settings with
        {
            Config = settings.Config with { StreamsPerIdentityMax = perIdentity, StreamsMax = all },
        });

    private static async Task<ResponseStream<ReadResponse>> FollowAsync(RunningServer server, string identity)
    {
        ResponseStream<ReadResponse> call = server.Connect(identity).ServerStream(
            LedgerMethods.Read, new ReadRequest { Ledger = "demo", Follow = true }, default);
        Assert.True(await call.Responses.ReadAsync());
        return call;
    }

    private static async Task<DuplexStream<AppendRequest, AppendResponse>> OpenAppendAsync(
        RunningServer server, string ledger)
    {
        DuplexStream<AppendRequest, AppendResponse> call =
            await server.Connect("writer").OpenAsync(LedgerMethods.AppendStream, default);
        await call.WriteAsync(Calls.Request(ledger, "a"));
        Assert.True(await call.Responses.ReadAsync());
        return call;
    }
}
