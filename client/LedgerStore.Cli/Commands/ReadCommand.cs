// `ledger read`: a range of entries, from a server or from a data directory that no server has open. One thread.
using System.CommandLine;
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>Reads entries.</summary>
internal static class ReadCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Option<ulong> from = new("--from") { HelpName = "INDEX", Description = "Begin here" };
        Option<ulong> count = new("--count", "-n") { HelpName = "N", Description = "Stop after this many" };
        Option<DateTimeOffset?> since = TimeOption.Make("--since", "Begin with this time");
        Option<DateTimeOffset?> until = TimeOption.Make("--until", "Stop before this time");
        EntryOptions entries = new();
        return builder.Make(
            "read",
            "Read entries\n\n"
            + "  ledger read demo --from 100 --count 10\n"
            + "  ledger read demo --since 2026-11-21T08:00:00Z --format json\n"
            + "  ledger read demo --data ./data            without a server",
            [ledger, from, count, since, until, .. entries.All],
            run => EntryStream.RunAsync(run, run.Get(ledger), entries, new ReadOptions
            {
                From = run.Get(from),
                FromTime = run.Get(since),
                Until = run.Get(until),
                Limit = run.Get(count),
                GiveUpAfter = run.Patience,
            }));
    }
}
