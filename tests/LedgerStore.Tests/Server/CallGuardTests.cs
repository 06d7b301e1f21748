// The door before gRPC: what is malformed, and what is not there, is decided and recorded too; a stream ends with its
// right although nobody reads it; and no endpoint is without a rule.

using System.Net;
using Google.Protobuf;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Config;
using LedgerStore.Server.Hosting;
using LedgerStore.Server.Rights;
using LedgerStore.Tests.Grpc;
using LedgerStore.Tests.Grpc.V1;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class CallGuardTests : IAsyncLifetime
{
    // Nothing that protobuf could read.
    private static readonly byte[] s_garbage = [0x0a, 0xff, 0xff];
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _server.Errors.AssertNone();
    }

    [Fact]
    public async Task A_malformed_call_is_denied_before_it_is_read()
    {
        RpcException refusal = await FailAsync("idle", LedgerMethods.GetStatus, s_garbage);
        Assert.Equal(StatusCode.PermissionDenied, refusal.Code);
        Event denied = Assert.Single(await _server.ReadAuditAsync(), each => each.Denials?.Identity == "idle");
        Assert.Equal("ledgerstore.v1.Admin/GetStatus", denied.Denials.Call);
    }

    [Fact]
    public async Task A_malformed_call_of_somebody_who_may_is_recorded_with_its_end()
    {
        RpcException refusal = await FailAsync("admin", LedgerMethods.GetStatus, s_garbage);
        Assert.Equal(
            (StatusCode.Internal, "a message is not a valid GetStatusRequest"), (refusal.Code, refusal.Detail));
        Access[] accesses = [.. (await _server.ReadAuditAsync())
            .Select(each => each.Access).Where(access => access?.Identity == "admin")];
        Assert.Equal(["", "INTERNAL"], accesses.Select(access => access.Status));
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_a_recorded_denial()
    {
        Method<EchoRequest, EchoResponse> unknown = InteropMethods.Named("ledgerstore.v1.Reader", "Erase");
        RpcException refusal = await FailAsync("reader", unknown, []);
        Assert.Equal(
            (StatusCode.Unimplemented, "this server has no such method"), (refusal.Code, refusal.Detail));
        Event denied = Assert.Single(await _server.ReadAuditAsync(), each => each.Denials?.Identity == "reader");
        Assert.Equal("unknown/unknown", denied.Denials.Call);
    }

    [Fact]
    public async Task A_stream_that_nobody_reads_ends_when_its_right_ends()
    {
        LedgerChannel writer = _server.Connect("writer");
        for (int batch = 0; batch < 10; batch++)
        {
            await writer.AppendAsync("demo", [.. Enumerable.Repeat(new string('r', 60_000), 60)]);
        }

        using ResponseStream<ReadResponse> stuck = _server.Connect("reader").ServerStream(
            LedgerMethods.Read, new ReadRequest { Ledger = "demo" }, default);
        Assert.True(await stuck.ReadAsync());
        while (_server.Server.OpenStreamCount == 0)
        {
            await Task.Delay(5);
        }

        _server.ChangePolicy(RunningServer.DefaultPolicy.Replace("identities: [reader]", "identities: [idle]"));
        while (_server.Server.OpenStreamCount > 0)
        {
            await Task.Delay(20);
        }

        Access end = (await _server.ReadAuditAsync()).Select(each => each.Access)
            .Last(access => access?.Identity == "reader");
        Assert.Equal("PERMISSION_DENIED", end.Status);
    }

    [Fact]
    public async Task A_compressed_bomb_is_refused_at_the_limit_of_a_message()
    {
        Metadata compressed = new() { { "grpc-internal-encoding-request", "gzip" } };
        AppendRequest bomb = new() { Ledger = "demo", Payload = ByteString.CopyFrom(new byte[200_000_000]) };
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(async () => await _server.Connect("writer")
            .NextInvoker().AsyncUnaryCall(LedgerMethods.Append, null, new CallOptions(compressed), bomb));
        Assert.Equal(StatusCode.ResourceExhausted, refusal.Code);
        Assert.Contains(
            $"{ServerLimits.RequestBytes:N0} bytes once decompressed", refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(0, _server.Store.GetLedger("demo").Size);
    }

    [Fact]
    public void An_endpoint_without_a_rule_or_with_two_keeps_the_server_from_starting()
    {
        static Endpoint With(params object[] metadata) => new(null, new EndpointMetadataCollection(metadata), "it");
        EndpointRules.Check([With(CallRule.Read), With(CallRule.Unknown, "something else")]);
        Assert.Throws<InvalidOperationException>(() => EndpointRules.Check([With(CallRule.Read), With("no rule")]));
        Assert.Throws<InvalidOperationException>(() => EndpointRules.Check([With(CallRule.Read, CallRule.Append)]));
    }

    [Fact]
    public void A_status_travels_readable_where_it_can_and_escaped_where_it_must()
    {
        DefaultHttpContext context = new();
        CallStatus.Write(context, RpcException.Of(StatusCode.NotFound, "there is no ledger a"));
        Assert.Equal("5", context.Response.Headers["grpc-status"]);
        Assert.Equal("there is no ledger a", context.Response.Headers["grpc-message"]);
        CallStatus.Write(context, RpcException.Of(StatusCode.Aborted, "100 % größer\n"));
        Assert.Equal("100 % größer\n", WebUtility.UrlDecode(context.Response.Headers["grpc-message"]));
    }

    private async Task<RpcException> FailAsync(string identity, IMethod method, byte[] message)
    {
        using RawCall call = await _server.Connect(identity).OpenRawAsync(method, default);
        try
        {
            call.Requests.WriteMessage(message);
            await call.CompleteAsync();
        }
        catch (RpcException)
        {
            // Refused before it was read: the status says why.
        }

        return await Calls.RefusalOfAsync(async () => await call.Responses.ReadAsync());
    }
}
