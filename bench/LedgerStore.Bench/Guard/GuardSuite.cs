// What twenty rules cost beside a verified read, in the same run; and how long it is from an append to a webhook that
// has the alert. The server is a process of its own, with mutual TLS; the guard runs in this one.
using System.Diagnostics;
using System.Net;
using System.Text;
using LedgerStore.Bench.Client;
using LedgerStore.Bench.Frame;
using LedgerStore.Client;
using LedgerStore.Guard;

namespace LedgerStore.Bench.Guard;

internal sealed class GuardSuite : IBenchSuite
{
    private const int QuickRecords = 200_000;
    private const int Records = 1_000_000;
    private const int RulesCount = 20;
    private const int Deliveries = 30;
    private const int QuickDeliveries = 10;

    public string Name => "guard";

    public string Summary => "twenty rules beside a verified read, and from an append to an alert that arrived";

    // What it is to reach: half of a verified read with twenty rules, and two seconds at the median. Not judged: the
    // report of the page is of before there was a guard, and whoever publishes the next one declares them here.
    public IReadOnlyList<Target> Targets { get; } = [];

    public void Run(BenchRun run) => RunAsync(run).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchRun run)
    {
        using BenchServer server = new();
        ulong count = (ulong)(run.Options.Quick ? QuickRecords : Records);
        using LedgerClient appending = server.Connect("appender");
        await using (Appender appender = appending.CreateAppender("demo", new AppenderOptions { Producer = "bench" }))
        {
            for (ulong i = 0; i < count; i++)
            {
                await appender.PostAsync(ClientWork.Record((long)i));
            }

            await appender.FlushAsync();
        }

        await ReadAsync(run, server, count);
        await DeliverAsync(run, server, appending);
        run.Note(
            $"{count:N0} records of {ClientWork.RecordBytes} bytes, five fields, {RulesCount} rules of every kind, as "
            + "the guard runs them: on a second thread; the verified read alone and with rules in turn. Delivery: "
            + "append by one caller, until an HTTP listener of the same machine has the webhook.");
    }

    private static async Task ReadAsync(BenchRun run, BenchServer server, ulong count)
    {
        using LedgerClient client = server.Connect("guard");
        using Verifier verifier = client.CreateVerifier("demo", new VerifierOptions { Vkey = server.Vkey });
        RuleFile file = RuleFileReader.Parse(Encoding.UTF8.GetBytes(Rules(deliver: null)), "bench.yaml");
        _ = await RateAsync(client, verifier, count, null);
        _ = await RateAsync(client, verifier, count, WatchOf(file));
        double[] alone = new double[run.Options.Runs];
        double[] watched = new double[run.Options.Runs];
        for (int i = 0; i < alone.Length; i++)
        {
            // In turn, so that both see the same machine.
            alone[i] = await RateAsync(client, verifier, count, null);
            watched[i] = await RateAsync(client, verifier, count, WatchOf(file));
        }

        run.MoreIsBetter("guard.verified_read_records_per_second", "1/s", alone);
        run.MoreIsBetter("guard.watched_records_per_second", "1/s", watched);
        run.MoreIsBetter(
            "guard.rules_vs_verified_read", "x", [.. watched.Zip(alone, static (with, without) => with / without)]);
    }

    private static LedgerWatch WatchOf(RuleFile file)
    {
        WatchedLedgers about = file.Of("demo")!;
        IReadOnlyList<Rule> rules = [.. file.RulesOf(about).Where(static one => one.Name[0] == 'r')];
        LedgerWatch watch = new("demo", about, rules, file.Sha256);
        foreach (RuleWatch rule in watch.Rules)
        {
            rule.Begin(0, 0);
        }

        return rules.Count == RulesCount
            ? watch
            : throw new InvalidOperationException($"{rules.Count} rules are not {RulesCount}");
    }

    private static async Task<double> RateAsync(
        LedgerClient client, Verifier verifier, ulong count, LedgerWatch? watch)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ulong seen = 0;
        IAsyncEnumerable<LedgerEvent> events = client.CreateReader("demo").Verified(verifier)
            .ReadAsync(ReadOptions.Range(0, count));
        await foreach (LedgerEvent next in watch is null
            ? events
            : ReadAhead.RunAsync(events, static _ => Task.CompletedTask, default))
        {
            if (next is LedgerEntry entry)
            {
                watch?.Take(entry.Index, entry.Bytes.Span);
                _ = watch?.TakeFound();
                seen++;
            }
        }

        return seen == count
            ? count / clock.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{seen} entries came, and {count} are there");
    }

    private static async Task DeliverAsync(BenchRun run, BenchServer server, LedgerClient appending)
    {
        using LedgerClient administrator = server.Connect("administrator");
        _ = await administrator.Admin.CreateLedgerAsync("_alerts", default);
        using Hook hook = new();
        string state = Directory.CreateTempSubdirectory("ledgerstore-bench-guard-").FullName;
        using LedgerClient client = server.Connect("guard");
        using CancellationTokenSource end = new();
        TaskCompletionSource ready = new();
        GuardOptions options = new()
        {
            Rules = RuleFileReader.Parse(Encoding.UTF8.GetBytes(Rules(hook.Address)), "bench.yaml"),
            Client = client,
            TrustOf = ledger => new VerifierOptions { Vkey = server.VkeyOf(ledger) },
            State = state,
            Time = TimeProvider.System,
            Say = static _ => { },
        };
        Task guard = LedgerStore.Guard.Guard.RunAsync(options, _ => ready.SetResult(), end.Token);
        await await Task.WhenAny(ready.Task, guard);
        List<double> seconds = [];
        int deliveries = run.Options.Quick ? QuickDeliveries : Deliveries;
        await using Appender appender = appending.CreateAppender("demo");
        for (int i = 0; i < deliveries; i++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            _ = await appender.AppendAsync(Encoding.UTF8.GetBytes($$"""{"user":"eve-{{i}}","action":"planted"}"""));
            await await Task.WhenAny(hook.UntilAsync($"eve-{i}"), guard);
            seconds.Add(clock.Elapsed.TotalSeconds);
        }

        await end.CancelAsync();
        await guard;
        Directory.Delete(state, recursive: true);
        seconds.Sort();
        run.LessIsBetter("guard.append_to_delivery_p50_s", "s", [seconds[seconds.Count / 2]]);
        run.LessIsBetter("guard.append_to_delivery_max_s", "s", [seconds[^1]]);
    }

    // Fifteen that look for what is not there, and five that count, remember and time what is.
    private static string Rules(string? deliver)
    {
        StringBuilder text = new("""
            version: 1
            builtin: { without: [producer-silent, unreadable-records] }
            ledgers:
              demo:
                names: [demo]
                fields: |
                  field who text
                  path user
                  field what text prefix=./
                  path action
                  field thing text prefix=/
                  path resource
                  field status number
                  path status
                  field when time unit=ms
                  path time
            rules:
              - { rule: r1, kind: count, ledger: demo, by: [who], at_least: 4000, within: 1s, says: s, do: d }
              - { rule: r2, kind: distinct, ledger: demo, where: ["thing=/accounts/1/*"], by: [what], field: who,
                  at_least: 500, within: 1s, says: s, do: d }
              - { rule: r3, kind: silence, ledger: demo, by: ["@producer"], every: 1d, says: s, do: d }
              - { rule: r4, kind: new, ledger: demo, field: who, within: 30d, learn: 30d, says: s, do: d }
              - { rule: r5, kind: match, ledger: demo, where: [what=planted], by: [who], says: s, do: d }

            """);
        for (int i = 6; i <= RulesCount; i++)
        {
            string kind = (i % 4) switch
            {
                0 => "kind: match, where: [what=role.*, \"who=root\"]",
                1 => $"kind: count, where: [\"status>=400\", what=update], by: [who], at_least: {i}, within: 1m",
                2 => "kind: hours, where: [\"what={backup,restore}\"], allowed: [\"Mon-Fri 08:00-18:00\"]",
                _ => "kind: gap, where: [what=count], field: status",
            };
            _ = text.Append($"  - {{ rule: r{i}, ledger: demo, {kind}, says: s, do: d }}\n");
        }

        return deliver is null ? $"{text}" : $"{text}deliver: {{ webhook: [{{ url: \"{deliver}\" }}] }}\n";
    }

    /// <summary>Takes webhooks.</summary>
    private sealed class Hook : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Hook()
        {
            using (System.Net.Sockets.TcpListener any = new(IPAddress.Loopback, 0))
            {
                any.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)any.LocalEndpoint).Port}/";
            }

            _listener.Prefixes.Add(Address);
            _listener.Start();
        }

        public string Address { get; }

        public async Task UntilAsync(string wanted)
        {
            while (true)
            {
                HttpListenerContext call = await _listener.GetContextAsync();
                using StreamReader reader = new(call.Request.InputStream);
                string body = await reader.ReadToEndAsync();
                call.Response.Close();
                if (body.Contains(wanted + "\"", StringComparison.Ordinal))
                {
                    return;
                }
            }
        }

        public void Dispose() => _listener.Close();
    }
}
