// `ledger freeze`. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Ends a ledger for good.</summary>
internal static class FreezeCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> name = new("ledger") { Description = "The ledger" };
        Option<string> reason = new("--reason")
        {
            HelpName = "TEXT",
            Description = "Why; everybody who tries to append reads it",
            Required = true,
        };
        return builder.Make(
            "freeze",
            "End a ledger: it is read and verified as before, and takes no more entries, for good\n\n"
            + "  ledger freeze payments-2025 --reason 'the year is closed'",
            [name, reason],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                LedgerInfo info = await client.Admin.FreezeLedgerAsync(
                    run.Get(name), run.Get(reason)!, run.Cancellation).ConfigureAwait(false);
                MessageJson.Print(run, info, () => run.Line($"frozen: {info.Ledger} at {info.Size} entries"));
                return ExitCode.Done;
            });
    }
}
