// Verifies the tree of a ledger of a running server: the hash of every entry leads to the root that the trusted key
// signed. No entry is read: whoever may verify and not read can do it. One thread.
using LedgerStore.Client;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Verifies hashes alone.</summary>
internal static class HashVerification
{
    public static Task<int> RunAsync(Run run, string ledger, LiveOptions options) =>
        LiveVerification.CheckAsync(run, ledger, options, async (_, verifier, checkpoint) =>
        {
            ulong hashes = await ProgressLine.RunAsync(
                run,
                $"verify {ledger}",
                checkpoint.Size,
                progress => ReadAsync(run, verifier, checkpoint, options.From, progress)).ConfigureAwait(false);
            Report(run, checkpoint, options, hashes);
            return ExitCode.Done;
        });

    private static async Task<ulong> ReadAsync(
        Run run, Verifier verifier, VerifiedCheckpoint checkpoint, ulong from, ProgressLine progress)
    {
        ulong hashes = 0;
        await foreach (LeafHashes next in verifier.ReadHashesAsync(checkpoint, from, run.Cancellation)
            .ConfigureAwait(false))
        {
            hashes += (ulong)next.Hashes.Length;
            progress.Tell(hashes, checkpoint.Size, () => $"verify {hashes:N0} hashes");
        }

        return hashes;
    }

    private static void Report(Run run, VerifiedCheckpoint checkpoint, LiveOptions options, ulong hashes)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", true);
                json.WriteString("verdict", Verdicts.NameOf(Verdict.Verified));
                json.WriteString("origin", checkpoint.Checkpoint.Origin);
                json.WriteNumber("from", options.From);
                json.WriteNumber("hashes", hashes);
                json.WriteNumber("size", checkpoint.Size);
                json.WriteString("root", checkpoint.Root.ToHex());
            });
            return;
        }

        run.Verdict(Verdict.Verified, checkpoint.Checkpoint.Origin);
        string part = options.From == 0 ? string.Empty : $", those from entry {options.From} on among them,";
        run.Line($"  {hashes} hashes{part} lead to the root of the signed tree of size {checkpoint.Size}; no entry was "
            + "read");
    }
}
