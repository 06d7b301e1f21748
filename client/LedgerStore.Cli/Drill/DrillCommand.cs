// `ledger drill`: an exercise on real data. Entries of a ledger are copied into a store of its own in a temporary
// directory, things are done to it that must be noticed, and the report says what noticed them, and how fast. One
// thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Plants incidents, and lets them be found.</summary>
internal static class DrillCommand
{
    private const ulong EntriesMax = 100_000;
    private const ulong EntriesUsual = 1_000;

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger whose entries are copied" };
        Option<ulong> from = new("--from")
        {
            HelpName = "INDEX",
            Description = "The first entry (default: the last -n)",
        };
        Option<ulong> count = new("--count", "-n")
        {
            HelpName = "N",
            Description = "How many entries",
            DefaultValueFactory = static _ => EntriesUsual,
        };
        Option<string?> output = new("--out", "-o") { HelpName = "FILE", Description = "The report, as JSON" };
        return builder.Make(
            "drill",
            "Practise: plant a changed byte, an older copy and a lost producer into a copy, and see them noticed\n\n"
            + "Nothing of the ledger or the server is changed. Exit code 1: something was not noticed.\n\n"
            + "  ledger drill payments -n 10000 --out drill.json",
            [ledger, from, count, output],
            run => RunAsync(
                run, run.Get(ledger), run.IsGiven(from) ? run.Get(from) : null, run.Get(count), run.Get(output)));
    }

    private static async Task<int> RunAsync(Run run, string ledger, ulong? from, ulong count, string? output)
    {
        if (count is < 2 or > EntriesMax)
        {
            throw new UsageException($"a drill takes 2 to {EntriesMax} entries, and not {count}");
        }

        List<LedgerEntry> entries = await ReadAsync(run, ledger, from, count).ConfigureAwait(false);
        if (entries.Count < 2)
        {
            throw new UsageException(
                $"the ledger '{ledger}' has too few entries there for a drill", "choose with --from");
        }

        string root = Directory.CreateTempSubdirectory("ledgerstore-drill-").FullName;
        try
        {
            DrillSandbox sandbox = await DrillSandbox.MakeAsync(root, entries, run.Cancellation).ConfigureAwait(false);
            DrillResult[] results =
            [
                DrillExercises.Untouched(sandbox),
                DrillExercises.ChangedByte(sandbox),
                DrillExercises.OlderCopy(sandbox),
                DrillExercises.LostProducer(ledger, entries),
            ];
            DrillReport report = new(ledger, entries[0].Index, (ulong)entries.Count, run.Now, results);
            report.Print(run);
            if (output is not null)
            {
                await File.WriteAllTextAsync(output, report.ToJson() + "\n", run.Cancellation).ConfigureAwait(false);
            }

            return results.All(static one => one.IsRight) ? ExitCode.Done : ExitCode.NotVerified;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<List<LedgerEntry>> ReadAsync(Run run, string ledger, ulong? from, ulong count)
    {
        using LedgerClient client = run.Connect(Capability.Read);
        using Verifier verifier = LedgerTrust.Open(run, client, ledger, vkey: null);
        ReadOptions options = from is { } first
            ? ReadOptions.Range(first, count)
            : new ReadOptions { FromEnd = count, Limit = count };
        List<LedgerEntry> entries = [];
        await foreach (LedgerEvent next in client.CreateReader(ledger).Verified(verifier)
            .ReadAsync(options with { GiveUpAfter = run.Patience }, run.Cancellation).ConfigureAwait(false))
        {
            if (next is LedgerEntry entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }
}
