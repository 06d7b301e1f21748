// `ledger watch`: a monitor. Every new checkpoint must be signed and continue all that was seen before, here and by
// other observers; the first that does not ends it with exit code 1. For a terminal, cron (--once) or systemd.
// One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Watches a ledger's checkpoints.</summary>
internal static class WatchCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Option<string?> vkey = VerifyOptionsOf.Vkey();
        Option<string[]> compare = new("--compare")
        {
            HelpName = "FILE",
            Description = "Another observer's checkpoint, read again each time: both must see one history",
        };
        Option<string?> evidence = VerifyOptionsOf.SaveEvidence();
        evidence.Aliases.Add("--evidence");
        Option<bool> once = new("--once") { Description = "Look once, for cron" };
        return builder.Make(
            "watch",
            "Check every new checkpoint; exit code 1 at the first contradiction\n\n"
            + "  ledger watch demo --save-evidence evidence.json\n"
            + "  ledger watch demo --once --compare theirs.checkpoint",
            [ledger, vkey, compare, evidence, once],
            run => RunAsync(
                run, run.Get(ledger), run.Get(vkey), run.Get(compare) ?? [], run.Get(evidence), run.Get(once)));
    }

    private static async Task<int> RunAsync(
        Run run, string ledger, string? vkey, string[] others, string? evidence, bool isOnce)
    {
        using LedgerClient client = run.Connect(Capability.Verify);
        using Verifier verifier = LedgerTrust.Open(run, client, ledger, vkey);
        try
        {
            // A server that is not there is told at once; later it is waited for.
            VerifiedCheckpoint first = await LedgerTrust.UpdateAsync(run, client, verifier).ConfigureAwait(false);
            await AcceptAsync(run, verifier, first, others).ConfigureAwait(false);
            if (isOnce)
            {
                return ExitCode.Done;
            }

            ulong seen = verifier.Newest?.Size ?? 0;
            await foreach (VerifiedCheckpoint next in verifier.WatchAsync(run.Cancellation).ConfigureAwait(false))
            {
                if (next.Size > seen)
                {
                    await AcceptAsync(run, verifier, next, others).ConfigureAwait(false);
                }
            }

            return ExitCode.Done;
        }
        catch (LedgerViolationException violation)
        {
            ViolationReport.Print(run, violation, evidence);
            return ExitCode.NotVerified;
        }
        catch (OperationCanceledException) when (!isOnce)
        {
            // Ctrl+C is how watching ends.
            return ExitCode.Done;
        }
    }

    private static async Task AcceptAsync(
        Run run, Verifier verifier, VerifiedCheckpoint checkpoint, IReadOnlyList<string> others)
    {
        foreach (string file in others)
        {
            await LedgerTrust.ContinueAsync(run, verifier, file).ConfigureAwait(false);
        }

        if (run.IsJson)
        {
            run.Line(JsonOutput.Line(json =>
            {
                json.WriteString("time", JsonOutput.Time(run.Now));
                json.WriteString("origin", checkpoint.Checkpoint.Origin);
                json.WriteNumber("size", checkpoint.Size);
                json.WriteString("root", checkpoint.Root.ToHex());
            }));
        }
        else
        {
            string root = run.Host.IsOutputTerminal ? checkpoint.Root.ToHex()[..16] + "…" : checkpoint.Root.ToHex();
            run.Line($"{JsonOutput.Time(run.Now)}  size {checkpoint.Size}  root {root}");
        }

        await run.Host.Out.FlushAsync().ConfigureAwait(false);
    }
}
