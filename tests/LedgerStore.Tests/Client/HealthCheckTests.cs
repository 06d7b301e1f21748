// The health check of an application that appends: healthy, degraded while the ledger is away, unhealthy without room.
// And an application whose loggers need the appender and whose appender needs a logger starts, and ends.

using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Client.AspNetCore;
using LedgerStore.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class HealthCheckTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_check_says_whether_records_get_to_the_ledger()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        MemoryLog log = new();
        await using ServiceProvider services = Services(server, log);
        Appender appender = services.GetRequiredService<Appender>();
        HealthCheckService health = services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);

        server.Ledger.Fault = static (point, _) =>
            point == FaultPoint.BeforeCommit ? throw RpcException.Of(StatusCode.Unavailable, "away") : default;
        Assert.True(appender.TryPost(new byte[100]));
        await UntilAsync(health, HealthStatus.Degraded);
        while (appender.TryPost(new byte[100]))
        {
            // Until there is no room.
        }

        HealthReport full = await health.CheckHealthAsync();
        Assert.Equal(HealthStatus.Unhealthy, full.Status);
        HealthReportEntry entry = full.Entries[LedgerHealthCheckExtensions.DefaultName];
        Assert.Contains("there is no room for more", entry.Description, StringComparison.Ordinal);
        Assert.Equal("demo", entry.Data["ledger"]);
        Assert.NotNull(entry.Exception);

        server.Ledger.Fault = static (_, _) => default;
        await appender.FlushAsync().WaitAsync(s_patience);
        Assert.True(appender.TryPost(new byte[100]));
        await UntilAsync(health, HealthStatus.Healthy);
        Assert.Contains(log.Lines(), line => line.Contains("takes no records", StringComparison.Ordinal));
        await appender.CloseAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync()).Status);
    }

    private static ServiceProvider Services(FakeServer server, MemoryLog log)
    {
        ServiceCollection services = new();
        services.AddLedgerClient(
            new LedgerClientOptions { Address = server.Client.Address, AllowPlaintext = true },
            "demo",
            new AppenderOptions
            {
                Producer = "app",
                MemoryBytesMax = 1000,
                RetryDelayMax = TimeSpan.FromMilliseconds(20),
            });
        services.AddLogging(logging => logging.AddProvider(log).AddLedger(new LedgerLoggerOptions()));
        services.AddHealthChecks().AddLedger();
        return services.BuildServiceProvider();
    }

    private static async Task UntilAsync(HealthCheckService health, HealthStatus wanted)
    {
        using CancellationTokenSource limit = new(s_patience);
        while ((await health.CheckHealthAsync(limit.Token)).Status != wanted)
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
