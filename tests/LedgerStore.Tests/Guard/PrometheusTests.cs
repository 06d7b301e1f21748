// A real Prometheus (Debian's) scrapes a real guard, with the rules of server/deploy/monitoring: it has what fires,
// and it notices from outside that the guard was killed.

using System.Diagnostics;
using System.Text.Json;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Gates;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class PrometheusTests(DevServer server) : IClassFixture<DevServer>, IDisposable
{
    private const string Rules = "ledgerstore-guard.rules.yaml";
    private static readonly string s_monitoring = Path.Combine(SourceTree.Root, "server", "deploy", "monitoring");
    private readonly string _home = Directory.CreateTempSubdirectory("ledgerstore-prometheus-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [ProgramFact("promtool")]
    public void The_rules_are_rules_and_do_what_their_tests_say()
    {
        foreach (string[] arguments in new[]
        {
            new[] { "check", "rules", Rules }, ["test", "rules", "ledgerstore-guard.rules.test.yaml"],
        })
        {
            using Process tool = Process.Start(new ProcessStartInfo("promtool", arguments)
            {
                UseShellExecute = false,
                WorkingDirectory = s_monitoring,
                RedirectStandardOutput = true,
            })!;
            string said = tool.StandardOutput.ReadToEnd();
            tool.WaitForExit();
            Assert.True(tool.ExitCode == 0, said);
        }
    }

    [ProgramFact("prometheus")]
    public async Task Prometheus_has_what_fires_and_notices_that_the_guard_was_killed()
    {
        LedgerCli ledger = new(server.Profile);
        Assert.Equal(0, (await ledger.RunAsync("create", "_alerts")).Code);
        await server.TrustAllAsync(ledger);
        string rules = Path.Combine(_home, "rules.yaml"), metrics = $"127.0.0.1:{Ports.Free()}";
        await File.WriteAllTextAsync(rules, """
            version: 1
            ledgers: { demo: { names: [demo], profile: ocsf } }
            rules:
              - { rule: refunds, kind: match, ledger: demo, severity: critical, where: [what=refund], says: s, do: d }
            """);
        await using GuardProcess guard = GuardProcess.Start(
            server, rules, Path.Combine(_home, "state"), "--metrics", metrics);
        await guard.ReadyAsync();
        using Process prometheus = Start(metrics, out Uri address);
        try
        {
            using HttpClient http = new() { BaseAddress = address };
            await UntilAsync(prometheus, http, "count(ledger_guard_watching == 1)");
            const string refund = """{"actor":{"user":{"name":"eve"}},"api":{"operation":"refund"}}""";
            Assert.Equal(0, (await ledger.RunAsync("append", "demo", refund)).Code);
            await UntilAsync(
                prometheus, http,
                "count(ledger_alert_firing{rule=\"refunds\",severity=\"critical\",ledger=\"demo\"} == 1)");
            await UntilAsync(
                prometheus, http, "count(ALERTS{alertname=\"LedgerStoreGuardAlert\",alertstate=\"firing\"})");
            Assert.Null(await ValueAsync(http, "ALERTS{alertname=\"LedgerStoreGuardGone\",alertstate=\"firing\"}"));
            await guard.KillAsync();
            await UntilAsync(
                prometheus, http, "count(ALERTS{alertname=\"LedgerStoreGuardGone\",alertstate=\"firing\"})");
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
        }
    }

    private static async Task UntilAsync(Process prometheus, HttpClient http, string expression)
    {
        while (await ValueAsync(http, expression) is not 1)
        {
            Assert.False(prometheus.HasExited, "Prometheus ended");
            await Task.Delay(100);
        }
    }

    // Null: there is nothing, or Prometheus is starting.
    private static async Task<double?> ValueAsync(HttpClient http, string expression)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(
                new Uri($"api/v1/query?query={Uri.EscapeDataString(expression)}", UriKind.Relative));
            using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
            return answer.IsSuccessStatusCode
                && json.RootElement.GetProperty("data").GetProperty("result") is var result
                && result.GetArrayLength() > 0
                ? double.Parse(result[0].GetProperty("value")[1].GetString()!)
                : null;
        }
        catch (Exception starting) when (starting is HttpRequestException or JsonException)
        {
            return null;
        }
    }

    // The rules as they are shipped, but for what they wait for: minutes there, seconds here.
    private Process Start(string target, out Uri address)
    {
        int port = Ports.Free();
        address = new Uri($"http://127.0.0.1:{port}/");
        string text = File.ReadAllText(Path.Combine(s_monitoring, Rules));
        Assert.Contains("for: 3m", text, StringComparison.Ordinal);
        File.WriteAllText(
            Path.Combine(_home, Rules), text.Replace("for: 3m", "for: 3s", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(_home, "prometheus.yaml"), $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [{{Rules}}]
            scrape_configs:
              - { job_name: guard, static_configs: [{ targets: ["{{target}}"] }] }

            """);
        return Process.Start(new ProcessStartInfo(
            "prometheus",
            [
                $"--config.file={_home}/prometheus.yaml", $"--storage.tsdb.path={_home}/data",
                $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
            ])
        {
            UseShellExecute = false,
        })!;
    }
}
