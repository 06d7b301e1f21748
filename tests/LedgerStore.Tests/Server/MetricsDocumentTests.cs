// Every metric that a document names is there under that name, and every one that is there is in docs/OPERATIONS.md.

using System.Diagnostics.Metrics;
using System.Net;
using System.Text.RegularExpressions;
using LedgerStore.Engine;
using LedgerStore.Tests.Policy;
using Xunit;

namespace LedgerStore.Tests.Server;

[Collection(nameof(CountedAlone))]
public sealed partial class MetricsDocumentTests
{
    // Not docs/PERFORMANCE.md: its names are figures.
    private static readonly string[] s_documents =
    [
        "README.md", "docs/OPERATIONS.md", "docs/SECURITY.md", "docs/RELIABILITY.md", "docs/ARCHITECTURE.md",
        "docs/APPLICATIONS.md", "server/deploy/monitoring/ledgerstore.rules.yaml",
        "server/deploy/monitoring/grafana.json",
    ];

    // What Prometheus 3 asks with.
    private const string OpenMetrics =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3";

    [Theory]
    [InlineData("text/plain", "text/plain")]
    [InlineData(OpenMetrics, "application/openmetrics-text")]
    public async Task Metrics_and_documents_name_the_same(string accept, string answered)
    {
        using MeterListener everything = new() { InstrumentPublished = static (instrument, _) => Touch(instrument) };
        await using RunningServer server = await StartAsync();
        everything.Start();

        // The oldest entry of a tier is that of the first whole bundle that was written.
        await server.Connect("writer").AppendAsync("demo", [.. Enumerable.Repeat("a", StoreLimits.EntriesPerBundle)]);
        while (server.Store.GetLedger("demo").Describe().Tiers.All(tier => tier.Oldest is null))
        {
            await Task.Yield();
        }

        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(server.Server.OperationsAddress!, "metrics"));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpClient http = new();
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(answered, response.Content.Headers.ContentType!.MediaType);
        HashSet<string> there = [.. NamesServed(await response.Content.ReadAsStringAsync())];
        HashSet<string> documented = [.. s_documents.SelectMany(path => NamesIn(path.Split('/')))];
        Assert.Empty(documented.Except(there).Order());
        Assert.Empty(there.Except(NamesIn(["docs", "OPERATIONS.md"])).Order());
    }

    [Fact]
    public async Task What_is_counted_is_served_with_the_labels_and_buckets_that_it_always_had()
    {
        await using RunningServer server = await StartAsync();
        await server.Connect("writer").AppendAsync("demo", "a");
        await Calls.RefusalOfAsync(async () => await server.Connect("idle").AppendAsync("demo", "x"));
        using HttpClient http = new() { BaseAddress = server.Server.OperationsAddress };
        string text = await http.GetStringAsync("metrics");
        Assert.Contains("ledgerstore_calls_total{method=\"Append\",status=\"OK\"} 1\n", text);
        Assert.Contains("ledgerstore_calls_denied_total{kind=\"permission\"} 1\n", text);
        Assert.Contains("ledgerstore_call_duration_seconds_bucket{method=\"Append\",le=\"0.00025\"}", text);
        Assert.Contains("ledgerstore_call_duration_seconds_bucket{method=\"Append\",le=\"10\"} 2\n", text);
        Assert.Contains("ledgerstore_call_duration_seconds_count{method=\"Append\"} 2\n", text);
        Assert.Contains("ledgerstore_commit_duration_microseconds_bucket{le=\"250\"}", text);
        Assert.Contains("ledgerstore_commit_records_bucket{le=\"65536\"}", text);
        Assert.Contains("ledgerstore_append_records_total{} ", text);
        Assert.Contains("ledgerstore_tls_handshakes_total{} ", text);
        Assert.DoesNotContain("otel_scope", text, StringComparison.Ordinal);
        Assert.All(
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches("""^(# (HELP|TYPE) \S+ .*|[a-zA-Z_:]\w*(\{.*\})? \S+)$""", line));
    }

    [Fact]
    public async Task The_time_until_the_certificate_ends_is_called_as_the_alert_needs_it()
    {
        await using RunningServer server = await StartAsync();
        using HttpClient http = new() { BaseAddress = server.Server.OperationsAddress };
        Match line = SecondsLeft().Match(await http.GetStringAsync("metrics"));
        Assert.True(line.Success);
        Assert.InRange(long.Parse(line.Groups["value"].Value), 1, 400L * 24 * 3600);
    }

    private static Task<RunningServer> StartAsync() => RunningServer.StartAsync(
        RunningServer.DefaultPolicy,
        settings => settings with
        {
            Config = settings.Config with { MetricsListen = new IPEndPoint(IPAddress.Loopback, 0) },
        });

    // An instrument that was never measured is not served.
    private static void Touch(Instrument instrument)
    {
        if (!instrument.Meter.Name.StartsWith("LedgerStore.", StringComparison.Ordinal))
        {
            return;
        }

        switch (instrument)
        {
            case Counter<long> count:
                count.Add(0);
                break;
            case Counter<double> sum:
                sum.Add(0);
                break;
            case Histogram<int> counts:
                counts.Record(0);
                break;
            case Histogram<double> times:
                times.Record(0);
                break;
            default:
                Assert.True(instrument.IsObservable, $"{instrument.Name} is of a kind that this test does not know");
                break;
        }
    }

    // The names of the lines with values: what comes before them, OpenMetrics says otherwise. It also says since when.
    private static IEnumerable<string> NamesServed(string text) => text.Split('\n')
        .Where(line => MetricName().Match(line) is { Success: true, Index: 0 })
        .Select(line => Suffix().Replace(line[..line.IndexOfAny(['{', ' '])], string.Empty))
        .Where(name => !name.EndsWith("_created", StringComparison.Ordinal));

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
            yield return Suffix().Replace(name.Value, string.Empty);
        }
    }

    // A client's metrics are in its own process.
    [GeneratedRegex(@"\bledgerstore_(?!client_)[a-z_]+[a-z]\b", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex MetricName();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Suffix();

    [GeneratedRegex("^ledgerstore_tls_certificate_seconds_left\\{\\} (?<value>\\d+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex SecondsLeft();
}
