// `ledger checkpoint`: the newest signed checkpoint, verified with the trusted key and against what was seen before.
// One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Prints a checkpoint.</summary>
internal static class CheckpointCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Option<string?> vkey = VerifyOptionsOf.Vkey();
        Option<string?> output = new("--out", "-o") { HelpName = "FILE", Description = "Write the signed note there" };
        return builder.Make(
            "checkpoint",
            "Print the newest checkpoint: signed by the trusted key, and continuing all that was seen before\n\n"
            + "  ledger checkpoint demo --out demo.checkpoint",
            [ledger, vkey, output],
            async run =>
            {
                using LedgerClient client = run.Connect(Capability.Verify);
                using Verifier verifier = LedgerTrust.Open(run, client, run.Get(ledger), run.Get(vkey));
                VerifiedCheckpoint checkpoint = await LedgerTrust.UpdateAsync(run, client, verifier)
                    .ConfigureAwait(false);
                if (run.Get(output) is { } file)
                {
                    await File.WriteAllBytesAsync(file, checkpoint.Note.Bytes.ToArray(), run.Cancellation)
                        .ConfigureAwait(false);
                }

                Print(run, checkpoint, run.Get(output));
                return ExitCode.Done;
            });
    }

    private static void Print(Run run, VerifiedCheckpoint checkpoint, string? file)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("origin", checkpoint.Checkpoint.Origin);
                json.WriteNumber("size", checkpoint.Size);
                json.WriteString("root", checkpoint.Root.ToHex());
                json.WriteString("note", checkpoint.Note.Bytes);
            });
        }
        else if (file is not null)
        {
            run.Line($"wrote {file}: size {checkpoint.Size}, root {checkpoint.Root}");
        }
        else
        {
            run.Host.WriteExact(checkpoint.Note.Bytes);
        }
    }
}
