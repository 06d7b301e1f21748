// The operator's door: metrics that Prometheus reads, health, and what a hostile scrape cannot do.

using System.Net;
using LedgerStore.Client;
using LedgerStore.Protocol.Events.V1;
using LedgerStore.Protocol.V1;
using LedgerStore.Server.Config;
using LedgerStore.Tests.Grpc;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class OperationsTests
{
    [Fact]
    public async Task Metrics_and_health_are_served_on_their_own_listener()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy,
            settings => settings with
            {
                Config = settings.Config with { MetricsListen = new IPEndPoint(IPAddress.Loopback, 0) },
            });
        using HttpClient http = new() { BaseAddress = server.Server.OperationsAddress };
        Assert.Contains("ledgerstore_frame_durable", await http.GetStringAsync("metrics"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("metrics/", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("Metrics", UriKind.Relative))).StatusCode);
        using HttpResponseMessage posted = await http.PostAsync(new Uri("metrics", UriKind.Relative), content: null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        Assert.Equal("ok\n", await http.GetStringAsync("healthz"));
        Assert.Equal("ready\n", await http.GetStringAsync("readyz"));
        using HttpResponseMessage other = await http.GetAsync("other");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task An_open_read_records_how_far_it_has_come()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy,
            settings => settings with
            {
                RecordInterval = TimeSpan.FromMilliseconds(1),
                HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            });
        await server.Connect("writer").AppendAsync("demo", "a", "b");
        using ResponseStream<ReadResponse> call = server.Connect("reader").ServerStream(
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

    [Fact]
    public async Task By_mutual_Tls_metrics_need_the_right_to_verify_the_store_and_health_needs_nothing()
    {
        await using RunningServer server = await StartAsync(MetricsDoor.MutualTls);
        Assert.Equal("https", server.Server.OperationsAddress!.Scheme);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, null, "healthz"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, null, "readyz"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, null, "metrics"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(server, "writer", "metrics"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "auditor", "metrics"));
        Denials denied = (await server.ReadAuditAsync()).Select(each => each.Denials)
            .Last(each => each is not null);
        Assert.Equal(("writer", "metrics"), (denied.Identity, denied.Call));
    }

    [Theory]
    [InlineData(MetricsDoor.TlsForEverybody, "https")]
    [InlineData(MetricsDoor.PlainForEverybody, "http")]
    public async Task Where_the_operator_says_so_everybody_reads_metrics(string access, string scheme)
    {
        await using RunningServer server = await StartAsync(access);
        Assert.Equal(scheme, server.Server.OperationsAddress!.Scheme);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, null, "metrics"));
    }

    private static Task<RunningServer> StartAsync(string access) => RunningServer.StartAsync(
        RunningServer.DefaultPolicy,
        settings => settings with
        {
            Config = settings.Config with
            {
                MetricsListen = new IPEndPoint(IPAddress.Loopback, 0),
                MetricsAccess = access,
            },
        });

    private static async Task<HttpStatusCode> StatusAsync(RunningServer server, string? identity, string path)
    {
        using SocketsHttpHandler handler = new();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = identity is null ? [] : [ServerPki.Client(identity)];
        using HttpClient http = new(handler);
        using HttpResponseMessage response = await http.GetAsync(new Uri(server.Server.OperationsAddress!, path));
        return response.StatusCode;
    }
}
