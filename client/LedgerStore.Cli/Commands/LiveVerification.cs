// Verifies a ledger of a running server: every entry is read, hashed, and proven against a checkpoint that the trusted
// key signed; what has expired needs its tombstone in `_audit`. One thread.
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>What is asked of a server's ledger.</summary>
/// <param name="Vkey">Null: the trusted one.</param>
/// <param name="Kept">Checkpoints that it must continue.</param>
/// <param name="EvidenceFile">Where to write evidence of a contradiction.</param>
internal sealed record LiveOptions(string? Vkey, IReadOnlyList<string> Kept, string? EvidenceFile, ulong From);

/// <summary>Verifies what a server says.</summary>
internal static class LiveVerification
{
    // A reader that verifies every entry looks this often at how far it is.
    private const ulong TellEvery = 4_096;

    public static async Task<int> RunAsync(Run run, string ledger, LiveOptions options)
    {
        using LedgerClient reading = run.Connect(Capability.Read);
        return await CheckAsync(run, ledger, options, async (verifying, verifier, checkpoint) =>
        {
            ExpiredCheck expired = new(run, reading, verifying, verifier, checkpoint);
            Tally tally = await ProgressLine.RunAsync(
                run,
                $"verify {ledger}",
                checkpoint.Size,
                progress => TryReadAsync(run, ledger, () => ReadAsync(
                    run, reading.CreateReader(ledger), verifier, checkpoint, options.From, expired, progress)))
                .ConfigureAwait(false);
            await expired.RunAsync().ConfigureAwait(false);
            Report(run, verifier.Newest ?? checkpoint, options, tally, expired);
            return Verdicts.ExitCodeOf(tally.VerdictWith(expired));
        }).ConfigureAwait(false);
    }

    /// <summary>Checks something of a ledger against its newest checkpoint, which continues all that were kept.
    /// </summary>
    /// <returns>The exit code; a violation is printed.</returns>
    public static async Task<int> CheckAsync(
        Run run,
        string ledger,
        LiveOptions options,
        Func<LedgerClient, Verifier, VerifiedCheckpoint, Task<int>> check)
    {
        using LedgerClient verifying = run.Connect(Capability.Verify);
        using Verifier verifier = LedgerTrust.Open(run, verifying, ledger, options.Vkey);
        try
        {
            foreach (string file in options.Kept)
            {
                await LedgerTrust.ContinueAsync(run, verifier, file).ConfigureAwait(false);
            }

            VerifiedCheckpoint checkpoint = await LedgerTrust.UpdateAsync(run, verifying, verifier)
                .ConfigureAwait(false);
            DemandNotBehind(options.From, ledger, checkpoint);
            return await check(verifying, verifier, checkpoint).ConfigureAwait(false);
        }
        catch (LedgerViolationException violation)
        {
            ViolationReport.Print(run, violation, options.EvidenceFile);
            return ExitCode.NotVerified;
        }
    }

    /// <summary>Who may verify and not read is told what is left to do.</summary>
    private static async Task<Tally> TryReadAsync(Run run, string ledger, Func<Task<Tally>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (RpcException denied) when (denied.StatusCode == StatusCode.PermissionDenied)
        {
            run.Note($"the right to verify is enough for its tree: `ledger verify {ledger} --hashes`");
            throw;
        }
    }

    private static void DemandNotBehind(ulong from, string ledger, VerifiedCheckpoint checkpoint)
    {
        if (from >= checkpoint.Size)
        {
            throw new UsageException(
                $"--from {from} is behind the end of {ledger}: its signed tree has {checkpoint.Size} entries, so "
                + "nothing would be verified");
        }
    }

    /// <summary>Which part it was, if it was not all.</summary>
    private static string PartOf(LiveOptions options) =>
        options.From == 0 ? string.Empty : $", from entry {options.From} on,";

    private static async Task<Tally> ReadAsync(
        Run run,
        Reader reader,
        Verifier verifier,
        VerifiedCheckpoint checkpoint,
        ulong from,
        ExpiredCheck expired,
        ProgressLine progress)
    {
        Tally tally = new();
        ReadOptions options = new()
        {
            From = from,
            Limit = checkpoint.Size > from ? checkpoint.Size - from : 1,
            GiveUpAfter = run.Patience,
        };
        await foreach (LedgerEvent next in reader.Verified(verifier).ReadAsync(options, run.Cancellation)
            .ConfigureAwait(false))
        {
            switch (next)
            {
                case LedgerEntry:
                    tally.Entries++;
                    break;
                case ExpiredRange gone:
                    tally.Expired += gone.Count;
                    expired.Add(gone);
                    break;
                case UnreadableRange { IsDamaged: false } away:
                    tally.Unchecked += away.Count;
                    tally.FirstAway ??= away;
                    break;
                case UnreadableRange bad:
                    tally.Unreadable += bad.Count;
                    tally.FirstUnreadable ??= bad;
                    break;
                default:
                    break;
            }

            if (tally.Entries % TellEvery == 0)
            {
                progress.Tell(tally.Entries, checkpoint.Size, () => $"verify {tally.Entries:N0} entries");
            }
        }

        return tally;
    }

    private static void Report(
        Run run, VerifiedCheckpoint checkpoint, LiveOptions options, Tally tally, ExpiredCheck expired)
    {
        Verdict verdict = tally.VerdictWith(expired);
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", verdict == Verdict.Verified);
                json.WriteString("verdict", Verdicts.NameOf(verdict));
                json.WriteString("origin", checkpoint.Checkpoint.Origin);
                json.WriteNumber("from", options.From);
                json.WriteNumber("entries", tally.Entries);
                json.WriteNumber("expired", tally.Expired);
                json.WriteNumber("expired_unchecked", expired.Unchecked);
                json.WriteNumber("unreadable", tally.Unreadable);
                json.WriteNumber("unchecked", tally.Unchecked);
                json.WriteNumber("size", checkpoint.Size);
                json.WriteString("root", checkpoint.Root.ToHex());
                if (tally.FirstUnreadable is { } first)
                {
                    json.WriteNumber("first_bad_index", first.FirstIndex);
                    json.WriteString("problem", first.Reason);
                }
                else if ((expired.Refuted ?? expired.WhyUnchecked) is { } problem)
                {
                    json.WriteString("problem", problem);
                }
            });
            return;
        }

        run.Verdict(verdict, checkpoint.Checkpoint.Origin);
        run.Line($"  {tally.Entries} entries{PartOf(options)} are those of the signed tree of size {checkpoint.Size}");
        if (tally.Expired > 0)
        {
            run.Line(expired switch
            {
                { Refuted: { } refuted } => $"  {refuted}",
                { WhyUnchecked: { } why } => $"  {tally.Expired} expired, as the server says; their hashes are in the "
                    + $"tree, and their tombstones were not checked: {why}",
                _ => $"  {tally.Expired} expired by policy: their hashes are in the tree, their tombstones in _audit",
            });
        }

        if (tally.FirstAway is { } away)
        {
            run.Line($"  {tally.Unchecked} were not checked, from entry {away.FirstIndex} on: {away.Reason}");
        }

        if (tally.FirstUnreadable is { } unreadable)
        {
            run.Line(
                $"  {tally.Unreadable} cannot be read, from entry {unreadable.FirstIndex} on: {unreadable.Reason}");
        }
    }

    private sealed class Tally
    {
        public ulong Entries { get; set; }

        public ulong Expired { get; set; }

        /// <summary>Damaged.</summary>
        public ulong Unreadable { get; set; }

        public UnreadableRange? FirstUnreadable { get; set; }

        /// <summary>Their storage is away: nothing is known of their payload.</summary>
        public ulong Unchecked { get; set; }

        public UnreadableRange? FirstAway { get; set; }

        public Verdict VerdictWith(ExpiredCheck expired) =>
            FirstUnreadable is not null || expired.Refuted is not null ? Verdict.NotVerified
            : Unchecked + expired.Unchecked > 0 ? Verdict.NotWhole
            : Verdict.Verified;
    }
}
