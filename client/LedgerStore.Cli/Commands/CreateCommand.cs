// `ledger create`. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Creates a ledger.</summary>
internal static class CreateCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> name = new("ledger") { Description = "a-z, 0-9, dot, underscore and hyphen, up to 63" };
        Option<bool> salted = new("--salted")
        {
            Description = "Put random bytes into every entry, so that its hash does not give a short record away",
        };
        return builder.Make(
            "create",
            "Create a ledger\n\n  ledger create payments",
            [name, salted],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Administer);
                LedgerInfo info = await client.Admin.CreateLedgerAsync(
                    new CreateLedgerRequest { Ledger = run.Get(name), Salted = run.Get(salted) },
                    run.Cancellation).ConfigureAwait(false);
                MessageJson.Print(run, info, () => run.Line($"created {info.Ledger}, origin {info.Origin}"));
                return ExitCode.Done;
            });
    }
}
