// `ledger demo`: what LedgerStore is for, shown in a minute: a server, records, a receipt, verification, an attack, and
// what notices it. Everything is real and in a temporary directory. One thread.
using System.CommandLine;
using System.Diagnostics;

namespace LedgerStore.Cli;

/// <summary>Shows the main job.</summary>
internal static class DemoCommand
{
    public const string Name = "demo";

    /// <summary>How long what was begun may take to be cleaned up after an interrupt.</summary>
    public static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(30);

    private const int RecordsMin = 100;
    private const int RecordsByDefault = 10_000;

    // They stay in one segment that is open: its file can still be written, as an attacker would.
    private const int RecordsMax = 50_000;

    public static Command Create(CommandBuilder builder)
    {
        Option<bool> keep = new("--keep") { Description = "Leave the directory, to look around in it" };
        Option<int> records = new("--records")
        {
            HelpName = "N",
            Description = $"How many records, {RecordsMin} to {RecordsMax:N0}",
            DefaultValueFactory = static _ => RecordsByDefault,
        };
        Option<string?> program = new("--program")
        {
            HelpName = "FILE",
            Description = "LedgerStore.Server.dll, where it is not beside this command",
        };
        return builder.Make(
            Name,
            "Show in a minute what this is for: a store, a receipt, verification, and an attack that is noticed\n\n"
            + "  ledger demo\n"
            + "  ledger demo --keep                        and look around in what it made",
            [keep, records, program],
            run => RunAsync(run, run.Get(records), run.Get(keep), DemoServer.Find(run.Get(program))));
    }

    private static async Task<int> RunAsync(Run run, int records, bool keep, string program)
    {
        if (records is < RecordsMin or > RecordsMax)
        {
            throw new UsageException($"--records is {RecordsMin} to {RecordsMax:N0}, and not {records:N0}");
        }

        long started = Stopwatch.GetTimestamp();
        string root = Directory.CreateTempSubdirectory("ledgerstore-demo-").FullName;
        try
        {
            DemoScreen screen = new(run, root);
            DemoResult result = await new DemoStory(run, screen, root, program, records, started).RunAsync()
                .ConfigureAwait(false);
            screen.End(result, keep);
            return result.IsAsExpected ? ExitCode.Done : ExitCode.NotVerified;
        }
        finally
        {
            if (!keep)
            {
                Directory.Delete(root, recursive: true);
            }
        }
    }
}
