// A guard that is killed again and again, at any moment, while entries come: `_alerts` has every alert that a replay
// finds, each once, to the byte.

using System.Text.Json;
using LedgerStore.Client;
using LedgerStore.Guard;
using LedgerStore.Tests.Cli;
using Xunit;

namespace LedgerStore.Tests.Guard;

public sealed class GuardKillTests(DevServer server) : IClassFixture<DevServer>
{
    private const int Kills = 12;

    private const string Rules = """
        version: 1
        ledgers:
          demo:
            names: [demo]
            fields: |
              field who text
              path who
              field n number
              path n
        rules:
          - { rule: each, kind: match, ledger: demo, by: [who], resolve_after: 1s, says: "{who} {index}", do: d }
          - { rule: some, kind: count, ledger: demo, at_least: 7, within: 2s, says: "{count} {index}", do: d }
          - { rule: hole, kind: gap, ledger: demo, field: n, resolve_after: 1s, says: "{value} {expected}", do: d }

        """;

    private readonly LedgerCli _ledger = new(server.Profile);

    [Fact]
    public async Task No_alert_is_lost_and_none_is_there_twice()
    {
        _ = await _ledger.RunAsync("create", "_alerts");
        await server.TrustAllAsync(_ledger);
        string rules = Path.Combine(server.Root, "rules.yaml");
        string state = Path.Combine(server.Root, "guard");
        await File.WriteAllTextAsync(rules, Rules);
        Random random = new(7);
        int number = 0;
        for (int i = 0; i <= Kills; i++)
        {
            if (i == Kills / 2)
            {
                // What it knew is gone: it begins again where `_alerts` says.
                Directory.Delete(state, recursive: true);
            }

            await using GuardProcess guard = GuardProcess.Start(server, rules, state);
            if (i == 0 || random.Next(3) > 0)
            {
                await guard.ReadyAsync();
            }

            for (int j = random.Next(1, 6); j >= 0; j--)
            {
                number += random.Next(8) == 0 ? 3 : 1;
                await OkAsync("append", "demo", $$"""{"who":"w{{random.Next(3)}}","n":{{number}}}""");
            }

            await Task.Delay(random.Next(600));
            await guard.KillAsync();
        }

        // Later than everything that is to end: a last entry, which fires once more itself.
        await Task.Delay(2_500);
        await OkAsync("append", "demo", $$"""{"who":"last","n":{{number + 1}}}""");
        string[] expected = Lines((await OkAsync(
            "guard", "test", "--rules", rules, "--all", "--json", "--as", "guard")).Output);
        await using GuardProcess end = GuardProcess.Start(server, rules, state);
        await end.ReadyAsync();
        string[] found = [];
        for (int i = 0; i < 600 && found.Length < expected.Length; i++)
        {
            await Task.Delay(100);
            found = Lines((await OkAsync("alerts", "--json", "--as", "guard")).Output);
        }

        Assert.Equal(0, await end.StopAsync());
        found = Lines((await OkAsync("alerts", "--json", "--as", "guard")).Output);
        Assert.True(expected.Length > 20, $"{expected.Length} alerts were expected");
        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task Who_writes_with_numbers_that_were_used_looks_again_and_writes_what_is_missing()
    {
        _ = await _ledger.RunAsync("create", "_alerts");
        string vkey = (await server.VkeysAsync(_ledger)).Split('\n').Single(static one => one.Contains("/_alerts+"));
        using LedgerClient client = new(new LedgerClientOptions
        {
            Address = new Uri(server.Address),
            CertificateFile = Path.Combine(server.Keys, "pki", "clients", "guard.pem"),
            KeyFile = Path.Combine(server.Keys, "pki", "clients", "guard.key"),
            CaFile = Path.Combine(server.Keys, "pki", "ca.pem"),
        });
        using Verifier verifier = client.CreateVerifier("_alerts", new VerifierOptions { Vkey = vkey });
        using AlertLedger before = new(client, verifier, new AlertBook(), TimeProvider.System);
        using AlertLedger late = new(client, verifier, new AlertBook(), TimeProvider.System);
        await before.LoadAsync(default);
        await late.LoadAsync(default);
        Assert.Equal(2, (await before.AppendAsync([AlertOf("a"), AlertOf("b")], default)).Count);
        _ = await late.AppendAsync([AlertOf("b"), AlertOf("c")], default);
        AlertBook all = new();
        using AlertLedger reader = new(client, verifier, all, TimeProvider.System);
        await reader.LoadAsync(default);
        Assert.Equal(
            ["a", "b", "c"],
            all.Since(0).Where(static one => one.Alert.Rule == "r").Select(static one => one.Alert.Says));
    }

    private static Alert AlertOf(string name)
    {
        string id = Alert.IdOf(name, "elsewhere", [], AlertState.Firing, 1, 1);
        return new Alert
        {
            Id = id,
            Episode = id,
            Rule = "r",
            State = AlertState.Firing,
            Severity = Severity.Info,
            Ledger = "elsewhere",
            Group = [],
            At = 1,
            Since = 1,
            Says = name,
            Do = "d",
            Cause = AlertCause.None,
            RulesSha256 = "",
        };
    }

    // Of the ledger, without the place in `_alerts`.
    private static string[] Lines(string output) =>
    [
        .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => JsonDocument.Parse(line).RootElement.GetProperty("ledger").GetString() == "demo")
            .Select(static line => line[line.IndexOf("\"ledgerstore\"", StringComparison.Ordinal)..]),
    ];

    private async Task<CliResult> OkAsync(params string[] arguments)
    {
        CliResult result = await _ledger.RunAsync(arguments);
        Assert.True(result.Code == 0, $"{string.Join(' ', arguments)}: {result}");
        return result;
    }
}
