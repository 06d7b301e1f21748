// `ledger tail`: the last entries, and with -f those that come. One thread.
using System.CommandLine;
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>Reads the end of a ledger.</summary>
internal static class TailCommand
{
    private const ulong LastByDefault = 10;

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Option<ulong> last = new("--count", "-n")
        {
            HelpName = "N",
            Description = "How many of the last entries",
            DefaultValueFactory = static _ => LastByDefault,
        };
        Option<bool> follow = new("--follow", "-f") { Description = "Go on with what is appended, until Ctrl+C" };
        EntryOptions entries = new();
        return builder.Make(
            "tail",
            "Read the last entries, and with --follow those that come\n\n  ledger tail demo -f",
            [ledger, last, follow, .. entries.All],
            run => EntryStream.RunAsync(run, run.Get(ledger), entries, new ReadOptions
            {
                FromEnd = run.Get(last),
                Follow = run.Get(follow),
                GiveUpAfter = run.Get(follow) ? TimeSpan.MaxValue : run.Patience,
            }));
    }
}
