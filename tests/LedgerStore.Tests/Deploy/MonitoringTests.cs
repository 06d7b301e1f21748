// The alerts and the dashboard of server/deploy/monitoring: Prometheus' own tool accepts and tests the rules, and a
// real Prometheus that scrapes a real server evaluates every rule and every panel. MetricsDocumentTests look at names.

using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using LedgerStore.Tests.Cli;
using LedgerStore.Tests.Gates;
using LedgerStore.Tests.Server;
using Xunit;

namespace LedgerStore.Tests.Deploy;

public sealed partial class MonitoringTests : IDisposable
{
    private const string Rules = "ledgerstore.rules.yaml";
    private static readonly string s_monitoring = Path.Combine(SourceTree.Root, "server", "deploy", "monitoring");
    private readonly string _home = Directory.CreateTempSubdirectory("ledgerstore-prometheus-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [ProgramFact("promtool")]
    public void The_rules_are_rules_and_do_what_their_tests_say()
    {
        Assert.Equal((0, string.Empty), Promtool("check", "rules", Rules));
        Assert.Equal((0, string.Empty), Promtool("check", "config", "prometheus.yaml"));
        Assert.Equal((0, string.Empty), Promtool("test", "rules", "ledgerstore.rules.test.yaml"));
    }

    [Fact]
    public void Every_alert_has_a_test_in_which_it_fires_and_says_what_to_do()
    {
        string rules = File.ReadAllText(Path.Combine(s_monitoring, Rules));
        string tests = File.ReadAllText(Path.Combine(s_monitoring, "ledgerstore.rules.test.yaml"));
        string[] alerts = [.. Alert().Matches(rules).Select(static match => match.Groups["name"].Value)];
        Assert.NotEmpty(alerts);
        Assert.All(alerts, name => Assert.Contains($"{{alertname=\"{name}\"}}", tests, StringComparison.Ordinal));
        Assert.Equal(alerts.Length, rules.Split("          action: \"").Length - 1);
        Assert.Equal(alerts.Length, rules.Split("          summary: \"").Length - 1);
    }

    [ProgramFact("prometheus")]
    public async Task A_real_Prometheus_evaluates_every_rule_and_every_panel_against_a_real_server()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy,
            static settings => settings with
            {
                Config = settings.Config with { MetricsListen = new IPEndPoint(IPAddress.Loopback, 0) },
            });
        await server.Connect("writer").AppendAsync("demo", "a");
        using Process prometheus = Start(server.Server.OperationsAddress!.Authority, out Uri address);
        try
        {
            using HttpClient http = new() { BaseAddress = address };
            while (await ValueAsync(http, "count(up{job=\"ledgerstore\"} == 1)") is not 1)
            {
                Assert.False(prometheus.HasExited, "Prometheus ended");
                await Task.Delay(50);
            }

            JsonElement[] rules = await EvaluatedAsync(http);
            Assert.Equal(Alert().Count(File.ReadAllText(Path.Combine(s_monitoring, Rules))), rules.Length);
            Assert.All(rules, static rule => Assert.Equal("ok", rule.GetProperty("health").GetString()));

            // The certificates of a test live for some days: the one thing here that an operator has to be told.
            Assert.Empty(rules
                .Where(static rule => rule.GetProperty("state").GetString() == "firing")
                .Select(static rule => rule.GetProperty("name").GetString())
                .Except(["LedgerStoreCertificateEnds"]));
            foreach (string expression in Panels())
            {
                Assert.NotNull(await ResultAsync(http, expression));
            }
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
        }
    }

    // Prometheus answers what it cannot evaluate with an error. Null: it is starting.
    private static async Task<JsonElement?> ResultAsync(HttpClient http, string expression)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(
                new Uri($"api/v1/query?query={Uri.EscapeDataString(expression)}", UriKind.Relative));
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return null;
            }

            using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
            Assert.True(answer.IsSuccessStatusCode, $"{expression}: {json.RootElement}");
            return json.RootElement.GetProperty("data").GetProperty("result").Clone();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<double?> ValueAsync(HttpClient http, string expression) =>
        await ResultAsync(http, expression) is { } result && result.GetArrayLength() == 1
            ? double.Parse(result[0].GetProperty("value")[1].GetString()!)
            : null;

    /// <summary>The rules, once each was evaluated.</summary>
    private static async Task<JsonElement[]> EvaluatedAsync(HttpClient http)
    {
        while (true)
        {
            using JsonDocument json = JsonDocument.Parse(
                await http.GetStringAsync(new Uri("api/v1/rules", UriKind.Relative)));
            JsonElement[] rules =
            [
                .. json.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
                    .SelectMany(static group => group.GetProperty("rules").EnumerateArray())
                    .Select(static rule => rule.Clone()),
            ];
            if (rules.All(static rule => rule.GetProperty("health").GetString() != "unknown"))
            {
                return rules;
            }

            await Task.Delay(50);
        }
    }

    /// <summary>What the dashboard asks, with its variable for everything.</summary>
    private static IEnumerable<string> Panels()
    {
        using JsonDocument dashboard = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(s_monitoring, "grafana.json")));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
                .Select(static target => target.GetProperty("expr").GetString()!.Replace(
                    "$instance", ".*", StringComparison.Ordinal)),
        ];
    }

    private Process Start(string target, out Uri address)
    {
        int port = Ports.Free();
        address = new Uri($"http://127.0.0.1:{port}/");
        File.Copy(Path.Combine(s_monitoring, Rules), Path.Combine(_home, Rules));
        string config = File.ReadAllText(Path.Combine(s_monitoring, "prometheus.yaml"))
            .Replace("127.0.0.1:9464\"]", $"{target}\"]", StringComparison.Ordinal)
            .Replace("15s", "1s", StringComparison.Ordinal);
        Assert.Contains(target, config, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_home, "prometheus.yaml"), config);
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

    /// <summary>The exit code, and what it said if that is not 0.</summary>
    private static (int Code, string Said) Promtool(params string[] arguments)
    {
        using Process tool = Process.Start(new ProcessStartInfo("promtool", arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = s_monitoring,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = tool.StandardError.ReadToEndAsync();
        string output = tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        return (tool.ExitCode, tool.ExitCode == 0 ? string.Empty : output + errors.GetAwaiter().GetResult());
    }

    [GeneratedRegex("^      - alert: (?<name>\\w+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Alert();
}
