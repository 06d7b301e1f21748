// Every command of `ledger` that talks to a server, and those that do not. A command that is in neither list fails the
// campaign's first test.
// Constants; any thread.

using System.Globalization;
using LedgerStore.Tests.Cli;

namespace LedgerStore.Tests.Lies;

internal static class CommandScenarios
{
    /// <summary>Commands that talk to no server, or print what they measured.</summary>
    internal static readonly IReadOnlySet<string> Elsewhere = new HashSet<string>
    {
        "trust list", "trust remove", "init", "pki init", "pki issue", "pki renew", "pki list", "key new", "key show",
        "policy check", "policy explain", "policy diff", "policy test", "completions",

        // It prints how fast it was: nothing to compare. What it calls is in the library's scenarios.
        "bench",

        // It starts a server of its own.
        "demo",

        // What it shows is checked in a browser: lies are told to that one, in the tests of the console.
        "console",

        // They look at records of the caller's; what they ask of a server is the description of a ledger.
        "fields test", "schema test",

        // It needs a receipt; what it asks, and how it checks the answer, is as `search`.
        "find",

        // They look at files of rules.
        "guard rules", "guard check",

        // They read with the verified reader, whose answers are lied to in `read --verified`; the guard never ends.
        "guard", "guard test", "alerts", "drill",

        // It asks an intake, which is no ledger.
        "intake status",

        // It looks at this machine first, and then only whether a server answers.
        "doctor",
    };

    internal static IReadOnlyList<Scenario> All { get; } =
    [
        Verified("checkpoint demo"),
        Verified("checkpoint rotated --json"),
        Verified("verify demo"),
        Verified("verify demo --from 100 --json"),
        Verified("verify gone"),
        Verified("verify demo --hashes"),
        Verified("verify gone --hashes --json"),
        Verified("verify rotated"),
        Verified("prove demo 5 --out {out}/receipt"),
        Verified("prove gone 5 --out {out}/receipt"),
        Verified("prove demo 299 --out {out}/receipt --entry {out}/entry --json"),
        Verified("export demo --from 10 -n 4 --out {out}/bundle"),
        Verified("export rotated --from 297 --out {out}/bundle"),
        Verified("read demo --verified --format json"),
        Verified("read demo --verified --from 250 -n 20"),
        Verified($"read demo --verified --since {Time(40)} --until {Time(60)}"),
        Verified("read gone --verified"),
        Verified("tail demo --verified -n 7"),
        Verified("watch demo --once"),
        Verified("audit --all --verified --json"),
        Verified("search demo @received>=2000-01-01T00:00:00Z --verified --format json"),
        Verified("search found @received>=2000-01-01T00:00:00Z --format json"),
        Verified("search found who=anna --explain"),
        Verified("search indexed who=anna --explain"),
        Verified("search indexed who=anna what=invoice.read"),
        Told("fields show found"),
        Told("fields show found --json"),
        Told("fields set found --profile ocsf --reason incidents"),
        Told("append demo {text}"),
        Told("append demo {text} --checkpoint"),
        Told("append demo {text} --producer p --resume"),
        Told("read demo --format json"),
        Told("read gone -n 200"),
        Told("read broken --format json"),
        Told($"read demo --since {Time(290)}"),
        Told("tail demo"),
        Told("audit --all"),
        Told("search demo @received>=2000-01-01T00:00:00Z --format json"),
        Told("search gone @received>=2000-01-01T00:00:00Z"),
        Told("gaps demo"),
        Told("gaps demo --json"),
        Told("tail demo -n 3 --format raw"),
        Told("ledgers"),
        Told("ledgers --json"),
        Told("status"),
        Told("status --json"),
        Told("create fresh"),
        Told("create fresh --salted --json"),
        Told("freeze demo --reason over"),
        Told("retention show demo"),
        Told("retention show demo --json"),
        Told("retention set demo --expire-after 365d --reason law"),
        Told("retention plan demo"),
        Told("retention plan demo --json"),
        Told("retention apply demo"),
        Told("hold place demo --from 1 -n 2 --reason case"),
        Told("hold release demo hold-1 --reason over --json"),
        Told("hold list demo"),
        Told("scrub demo"),
        Told("scrub --json"),
        Told("key rotate /etc/next.pem"),
        Told("trust add --first-use demo"),
        Told("policy review {policy} --last-used"),
    ];

    private const string Policy = """
        version: 1
        trust_domain: example.org
        identities:
          reader: { uri: spiffe://example.org/reader }
        roles:
          read: [read]
        bindings:
          - { role: read, identities: [reader], ledgers: ["*", "_audit"] }

        """;

    private static Scenario Verified(string line) =>
        new("ledger " + line, true, (bench, time) => RunAsync(bench, time, line));

    private static Scenario Told(string line) =>
        new("ledger " + line, false, (bench, time) => RunAsync(bench, time, line));

    private static string Time(ulong index) =>
        World.TimeOf(index).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static async Task<Result> RunAsync(Workbench bench, TimeProvider time, string line)
    {
        List<string> arguments = [];
        foreach (string word in line.Split(' '))
        {
            if (word == "{text}")
            {
                arguments.AddRange(World.Appended);
                continue;
            }

            if (word == "{policy}")
            {
                await File.WriteAllTextAsync(Path.Combine(bench.Out, "policy.yaml"), Policy);
                arguments.Add(Path.Combine(bench.Out, "policy.yaml"));
                continue;
            }

            arguments.Add(word.Replace("{out}", bench.Out, StringComparison.Ordinal));
        }

        CliResult result = await bench.Cli(time).RunAsync([.. arguments]);
        return new Result(result.Code, bench.Hide(result.Output), result.Errors);
    }
}
