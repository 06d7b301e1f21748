// A real Alertmanager (Debian's) hears of what fires, hears that it is over, and hears no more of a guard that was
// killed: its own webhook tells the test so.

using System.Diagnostics;
using System.Net;
using System.Text.Json;
using LedgerStore.Tests.Cli;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class AlertmanagerTests(DevServer server) : IClassFixture<DevServer>, IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _home = Directory.CreateTempSubdirectory("ledgerstore-alertmanager-").FullName;
    private readonly HttpListener _hook = new();
    private readonly List<string> _heard = [];
    private Process? _alertmanager;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _hook.Close();
        if (_alertmanager is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_home, recursive: true);
    }

    [ProgramFact("prometheus-alertmanager")]
    public async Task Alertmanager_hears_what_fires_what_is_over_and_that_the_guard_is_gone()
    {
        LedgerCli ledger = new(server.Profile);
        Assert.Equal(0, (await ledger.RunAsync("create", "_alerts")).Code);
        await server.TrustAllAsync(ledger);
        int port = Ports.Free();
        string hook = $"http://127.0.0.1:{Ports.Free()}/";
        _hook.Prefixes.Add(hook);
        _hook.Start();
        Task listening = ListenAsync();
        _alertmanager = await StartAsync(port, hook);
        string rules = Path.Combine(_home, "rules.yaml");
        await File.WriteAllTextAsync(rules, $$"""
            version: 1
            ledgers: { demo: { names: [demo], profile: ocsf } }
            rules:
              - rule: refunds
                kind: count
                ledger: demo
                where: [what=refund]
                by: [who]
                at_least: 3
                within: 1m
                resolve_after: 1s
                severity: critical
                says: "{who} made {count} refunds within {within}"
                do: "Ask {who}."
            deliver:
              alertmanager: [{ url: "http://127.0.0.1:{{port}}", resend: 1s }]
              webhook: [{ url: "{{hook}}direct" }]
            """);
        string metrics = $"127.0.0.1:{Ports.Free()}";
        await using GuardProcess guard = GuardProcess.Start(
            server, rules, Path.Combine(_home, "state"), "--metrics", metrics);
        await guard.ReadyAsync();
        const string refund = """{"actor":{"user":{"name":"eve"}},"api":{"operation":"refund"}}""";
        foreach (string record in new[] { refund, refund, refund })
        {
            Assert.Equal(0, (await ledger.RunAsync("append", "demo", record)).Code);
        }

        await HeardAsync("alertmanager firing refunds eve");
        await HeardAsync("alertmanager firing guard-watching ");
        await HeardAsync("direct firing refunds eve");
        using HttpClient http = new();
        string figures = await http.GetStringAsync(new Uri($"http://{metrics}/metrics"));
        Assert.Contains(
            "ledger_alert_firing{rule=\"refunds\",severity=\"critical\",ledger=\"demo\"} 1\n", figures,
            StringComparison.Ordinal);
        Assert.Contains("ledger_guard_watching 1\n", figures, StringComparison.Ordinal);
        await Task.Delay(1_200);
        Assert.Equal(0, (await ledger.RunAsync("append", "demo", "{}")).Code);
        await HeardAsync("alertmanager resolved refunds eve");
        await HeardAsync("direct resolved refunds eve");
        await guard.KillAsync();
        await HeardAsync("alertmanager resolved guard-watching ");
        _hook.Close();
        await listening;
    }

    private async Task HeardAsync(string wanted)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            lock (_heard)
            {
                if (_heard.Contains(wanted))
                {
                    return;
                }

                Assert.True(
                    TimeProvider.System.GetElapsedTime(began) < s_patience,
                    $"'{wanted}' was not heard, but {string.Join(" | ", _heard.Distinct())}");
            }

            await Task.Delay(50);
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext call = await _hook.GetContextAsync();
                using JsonDocument json = await JsonDocument.ParseAsync(call.Request.InputStream);
                string from = call.Request.Url!.AbsolutePath == "/direct" ? "direct" : "alertmanager";
                lock (_heard)
                {
                    foreach (JsonElement alert in json.RootElement.GetProperty("alerts").EnumerateArray())
                    {
                        JsonElement labels = alert.GetProperty("labels");
                        string who = labels.TryGetProperty("by_who", out JsonElement by) ? by.GetString()! : "";
                        _heard.Add($"{from} {alert.GetProperty("status")} {labels.GetProperty("alertname")} {who}");
                    }
                }

                call.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task<Process> StartAsync(int port, string hook)
    {
        string config = Path.Combine(_home, "alertmanager.yaml");
        await File.WriteAllTextAsync(config, $$"""
            route:
              receiver: test
              group_by: [alertname, by_who]
              group_wait: 0s
              group_interval: 1s
            receivers:
              - name: test
                webhook_configs: [{ url: "{{hook}}", send_resolved: true }]
            """);
        Process process = Process.Start(new ProcessStartInfo(
            "prometheus-alertmanager",
            [
                $"--config.file={config}", $"--storage.path={_home}/data", $"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=", "--log.level=error",
            ])
        {
            UseShellExecute = false,
        })!;
        using HttpClient http = new();
        while (true)
        {
            try
            {
                _ = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/-/ready"));
                return process;
            }
            catch (HttpRequestException)
            {
                Assert.False(process.HasExited, "Alertmanager ended");
                await Task.Delay(50);
            }
        }
    }
}
