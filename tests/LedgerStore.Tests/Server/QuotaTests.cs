// Quotas over the wire: RESOURCE_EXHAUSTED, with a hint when to come back, and nothing stored.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class QuotaTests
{
    [Theory]
    [InlineData("records_per_second: 10", "records_per_second")]
    [InlineData("bytes_per_second: 100", "bytes_per_second")]
    public async Task A_rate_that_is_used_up_is_refused_with_the_time_to_wait(string quota, string name)
    {
        await using RunningServer server = await StartAsync(quota);
        LedgerChannel writer = server.Connect("writer");

        // A bucket may go into debt once: the first batch pays for the waiting of the second.
        await writer.AppendAsync("demo", [.. Enumerable.Repeat(new string('x', 100), 10_000 / 10)]);
        RpcException refusal = await Calls.RefusalOfAsync(async () => await writer.AppendAsync("demo", "x"));
        Assert.Equal((StatusCode.ResourceExhausted, "QUOTA_EXCEEDED"), (refusal.Code, refusal.Info!.Reason));
        Assert.Equal(name, refusal.Info!.Metadata["quota"]);
        Assert.True(refusal.RetryAfter > TimeSpan.Zero);
        Assert.Equal(1_000, server.Store.GetLedger("demo").Size);
    }

    [Fact]
    public async Task More_streams_than_allowed_are_refused_until_one_ends()
    {
        await using RunningServer server = await StartAsync("streams: 1");
        LedgerChannel writer = server.Connect("writer");
        DuplexStream<AppendRequest, AppendResponse> first = await OpenAsync(writer);
        DuplexStream<AppendRequest, AppendResponse> second =
            await writer.OpenAsync(LedgerMethods.AppendStream, default);
        await second.WriteAsync(Calls.Request("demo", "b"));
        RpcException refusal = await Calls.RefusalOfAsync(async () => await second.Responses.ReadAsync());
        Assert.Equal("streams", refusal.Info!.Metadata["quota"]);
        await first.CompleteAsync();
        Assert.False(await first.Responses.ReadAsync());
        using DuplexStream<AppendRequest, AppendResponse> third = await OpenAsync(writer);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Bytes_in_flight_come_back_with_the_answers()
    {
        await using RunningServer server = await StartAsync("in_flight_bytes: 1000");
        LedgerChannel writer = server.Connect("writer");
        for (int number = 0; number < 20; number++)
        {
            await writer.AppendAsync("demo", new string('x', 900));
        }

        Assert.Equal(20, server.Store.GetLedger("demo").Size);
    }

    private static Task<RunningServer> StartAsync(string quota) => RunningServer.StartAsync(
        RunningServer.DefaultPolicy.Replace(
            "identities: [writer],  ledgers: [\"*\"] }",
            $"identities: [writer],  ledgers: [\"*\"], quota: {{ {quota} }} }}"),
        static settings => settings);

    private static async Task<DuplexStream<AppendRequest, AppendResponse>> OpenAsync(LedgerChannel writer)
    {
        DuplexStream<AppendRequest, AppendResponse> call = await writer.OpenAsync(LedgerMethods.AppendStream, default);
        await call.WriteAsync(Calls.Request("demo", "a"));
        Assert.True(await call.Responses.ReadAsync());
        return call;
    }
}
