// The operator's door: metrics that Prometheus reads, health, and what a hostile scrape cannot do.

using System.Net;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.V1;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class OperationsTests
{
    [Fact]
    public async Task MetricsAndHealthAreServedOnTheirOwnListener()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy,
            settings => settings with
            {
                Config = settings.Config with { MetricsListen = new IPEndPoint(IPAddress.Loopback, 0) },
            });
        RpcChannel writer = server.Connect("writer");
        await writer.AppendAsync("demo", "a");
        await Calls.RefusalOfAsync(async () => await server.Connect("idle").AppendAsync("demo", "x"));
        using HttpClient http = new() { BaseAddress = server.Server.OperationsAddress };
        string text = await http.GetStringAsync("metrics");
        Assert.Contains("ledgerstore_calls_total{method=\"Append\",status=\"OK\"}", text);
        Assert.Contains("ledgerstore_calls_denied_total{kind=\"permission\"}", text);
        Assert.Contains("ledgerstore_append_records_total", text);
        Assert.Contains("ledgerstore_tls_handshakes_total", text);
        Assert.Contains("ledgerstore_call_duration_seconds_bucket{method=\"Append\",le=\"+Inf\"}", text);
        Assert.All(
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches("""^(# (HELP|TYPE) \S+ .*|[a-zA-Z_:]\w*(\{.*\})? \S+)$""", line));
        Assert.Equal("ok\n", await http.GetStringAsync("healthz"));
        Assert.Equal("ready\n", await http.GetStringAsync("readyz"));
        using HttpResponseMessage other = await http.GetAsync("other");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task AnOpenReadRecordsHowFarItHasCome()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy,
            settings => settings with
            {
                RecordInterval = TimeSpan.FromMilliseconds(1),
                HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            });
        await server.Connect("writer").AppendAsync("demo", "a", "b");
        using ServerStreamCall<ReadResponse> call = server.Connect("reader").ServerStream(
            LedgerStore.Protocol.LedgerMethods.Read, new ReadRequest { Ledger = "demo", Follow = true }, default);
        while (true)
        {
            Assert.True(await call.Responses.ReadAsync());
            int records = (await server.ReadAuditAsync()).Count(each => each.Access is { Count: 2, Status: "" });
            if (call.Responses.Current.Heartbeat is { Size: 2 } && records > 0)
            {
                return;
            }
        }
    }
}
