// gRPC-Web, as a browser speaks it: the stock client of Grpc.Net.Client.Web over HTTP/2 and HTTP/1.1. The same rights
// and the same records as for gRPC, and only for what a browser needs.

using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class GrpcWebTests
{
    [Fact]
    public async Task It_is_off_unless_it_is_switched_on()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(server, LedgerMethods.ListLedgers));
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb, "2.0")]
    [InlineData(GrpcWebMode.GrpcWeb, "1.1")]
    [InlineData(GrpcWebMode.GrpcWebText, "1.1")]
    public async Task A_browser_reads_verifies_and_lists(GrpcWebMode mode, string version)
    {
        await using RunningServer server = await StartAsync();
        await server.Connect("writer").AppendAsync("demo", "a", "b", "c");
        await server.Store.GetLedger("demo").WaitForCheckpointAsync(3);
        using GrpcChannel reader = Connect(server, "reader", mode, version);
        using AsyncServerStreamingCall<ReadResponse> read = reader.CreateCallInvoker().AsyncServerStreamingCall(
            LedgerMethods.Read, null, default, new ReadRequest { Ledger = "demo" });
        List<ReadResponse> events = [];
        while (await read.ResponseStream.MoveNext(default))
        {
            events.Add(read.ResponseStream.Current);
        }

        Assert.Equal(["a", "b", "c"], Calls.Records(events));
        ListLedgersResponse list = await reader.CreateCallInvoker().AsyncUnaryCall(
            LedgerMethods.ListLedgers, null, default, new ListLedgersRequest());
        Assert.Contains("demo", list.Ledgers.Select(each => each.Ledger));
        using GrpcChannel auditor = Connect(server, "auditor", mode, version);
        Checkpoint checkpoint = await auditor.CreateCallInvoker().AsyncUnaryCall(
            LedgerMethods.GetCheckpoint, null, default, new GetCheckpointRequest { Ledger = "demo" });
        Assert.Equal(3ul, checkpoint.Size);

        // As many records as the same calls by gRPC leave.
        Event[] recorded = [.. await server.ReadAuditAsync()];
        string[] calls =
            [.. recorded.Where(each => each.Access?.Identity == "reader").Select(each => each.Access.Call)];
        Assert.Equal(2, calls.Count(call => call == "ledgerstore.v1.Reader/Read"));
        Assert.Single(calls, "ledgerstore.v1.Catalog/ListLedgers");
    }

    [Fact]
    public async Task Who_may_not_is_denied_with_the_reason_and_recorded()
    {
        await using RunningServer server = await StartAsync();
        using GrpcChannel idle = Connect(server, "idle", GrpcWebMode.GrpcWeb, "2.0");
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(async () => await idle.CreateCallInvoker()
            .AsyncUnaryCall(LedgerMethods.GetCheckpoint, null, default, new GetCheckpointRequest { Ledger = "demo" }));
        Assert.Equal((StatusCode.PermissionDenied, "PERMISSION_DENIED"), (refusal.Code, refusal.Info!.Reason));
        Event[] recorded = [.. await server.ReadAuditAsync()];
        Assert.Single(recorded, each => each.Denials?.Identity == "idle");
    }

    [Fact]
    public async Task A_stream_ends_when_its_right_ends()
    {
        await using RunningServer server = await StartAsync();
        using GrpcChannel reader = Connect(server, "reader", GrpcWebMode.GrpcWeb, "2.0");
        using AsyncServerStreamingCall<ReadResponse> follow = reader.CreateCallInvoker().AsyncServerStreamingCall(
            LedgerMethods.Read, null, default, new ReadRequest { Ledger = "demo", Follow = true });
        Assert.True(await follow.ResponseStream.MoveNext(default));
        server.ChangePolicy(
            RunningServer.DefaultPolicy.Replace("[reader],  ledgers: [\"*\"", "[reader],  ledgers: [other"));
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await follow.ResponseStream.MoveNext(default))
            {
            }
        });
        Assert.Equal(StatusCode.PermissionDenied, refusal.Code);
    }

    [Fact]
    public async Task What_changes_something_is_not_served_to_browsers()
    {
        await using RunningServer server = await StartAsync();
        foreach (IMethod method in new IMethod[]
            { LedgerMethods.Append, LedgerMethods.AppendStream, LedgerMethods.CreateLedger, LedgerMethods.GetStatus })
        {
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(server, method));
        }
    }

    private static Task<RunningServer> StartAsync() => RunningServer.StartAsync(
        RunningServer.DefaultPolicy,
        static settings => settings with { Config = settings.Config with { GrpcWeb = true } });

    private static GrpcChannel Connect(RunningServer server, string identity, GrpcWebMode mode, string version) =>
        GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
        {
            HttpHandler = new GrpcWebHandler(mode, Handler(identity)),
            HttpVersion = Version.Parse(version),
            DisposeHttpClient = true,
        });

    private static SocketsHttpHandler Handler(string identity) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = [ServerPki.Client(identity)],
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        },
    };

    // By somebody who may do all of it by gRPC.
    private static async Task<HttpStatusCode> PostAsync(RunningServer server, IMethod method)
    {
        using HttpClient http = new(Handler("admin"));
        using ByteArrayContent body = new([0, 0, 0, 0, 0]);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/grpc-web+proto");
        using HttpResponseMessage response = await http.PostAsync(new Uri(server.Address, method.FullName), body);
        return response.StatusCode;
    }
}
