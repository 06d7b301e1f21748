// Every metric that a document names is there under that name, and every one that is there is in docs/OPERATIONS.md.

using System.Net;
using System.Text.RegularExpressions;
using LedgerStore.Server.Metrics;
using LedgerStore.Tests.Policy;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed partial class MetricsDocumentTests
{
    private static readonly string[] s_documents =
    [
        "README.md", "docs/OPERATIONS.md", "docs/SECURITY.md", "docs/RELIABILITY.md", "docs/PERFORMANCE.md",
        "docs/ARCHITECTURE.md", "docs/APPLICATIONS.md",
    ];

    [Fact]
    public async Task Metrics_and_documents_name_the_same()
    {
        using PrometheusExporter exporter = new();
        await using RunningServer server = await RunningServer.StartAsync();
        HashSet<string> there = [.. exporter.Names.Where(IsOurs)];
        HashSet<string> documented = [.. s_documents.SelectMany(path => NamesIn(path.Split('/')))];
        Assert.Empty(documented.Except(there).Order());
        Assert.Empty(there.Except(NamesIn(["docs", "OPERATIONS.md"])).Order());
    }

    [Fact]
    public async Task The_time_until_the_certificate_ends_is_called_as_the_alert_needs_it()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            RunningServer.DefaultPolicy,
            settings => settings with
            {
                Config = settings.Config with { MetricsListen = new IPEndPoint(IPAddress.Loopback, 0) },
            });
        using HttpClient http = new() { BaseAddress = server.Server.OperationsAddress };
        Match line = SecondsLeft().Match(await http.GetStringAsync("metrics"));
        Assert.True(line.Success);
        Assert.InRange(long.Parse(line.Groups["value"].Value), 1, 400L * 24 * 3600);
    }

    private static IEnumerable<string> NamesIn(string[] path)
    {
        string text;
        try
        {
            text = Samples.RepositoryFile(path);
        }
        catch (FileNotFoundException)
        {
            yield break;
        }

        foreach (Match name in MetricName().Matches(text))
        {
            yield return name.Value;
        }
    }

    // A client's metrics are in its own process.
    private static bool IsOurs(string name) =>
        name.StartsWith("ledgerstore_", StringComparison.Ordinal)
        && !name.StartsWith("ledgerstore_client_", StringComparison.Ordinal);

    [GeneratedRegex(@"\bledgerstore_(?!client_)[a-z_]+[a-z]\b", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex MetricName();

    [GeneratedRegex("^ledgerstore_tls_certificate_seconds_left (?<value>\\d+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex SecondsLeft();
}
