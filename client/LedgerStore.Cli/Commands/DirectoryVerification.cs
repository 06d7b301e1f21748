// Verifies a data directory without a server, on all cores. The engine does it; here the trust is chosen and the report
// is written. One thread, and the verifier's own.
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LedgerStore.Engine;
using LedgerStore.Engine.S3;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>What is trusted about a data directory.</summary>
/// <param name="Vkeys">Given for this run; empty: the trusted keys of the store.</param>
/// <param name="PublicName">Whose store it is; null: there is only one that is trusted.</param>
/// <param name="Checkpoints">Files with checkpoints that were kept.</param>
/// <param name="Anchor">The store's anchor.</param>
/// <param name="Cold">The cold store.</param>
internal sealed record DirectoryTrust(
    IReadOnlyList<string> Vkeys, string? PublicName, IReadOnlyList<string> Checkpoints, string? Anchor, ColdPlace Cold);

/// <summary>Verifies a data directory.</summary>
internal static class DirectoryVerification
{
    // More would scroll the first one away, and that is the one to look at.
    private const int FindingsShown = 10;

    public static async Task<int> RunAsync(
        Run run, string directory, DirectoryTrust trust, bool isSnapshot, bool comparesIndexes)
    {
        IReadOnlyList<VerifierKey> keys = trust.Vkeys.Count > 0
            ? [.. trust.Vkeys.Select(VerifierKey.Parse)]
            : TrustFile.Load(run.Settings.TrustPath).KeysOfStore(trust.PublicName ?? run.Settings.PublicName);
        using S3ColdStore? bucket = trust.Cold.Open();
        VerifyOptions options = OptionsFor(directory, keys) with
        {
            TrustedCheckpoints =
            [
                .. trust.Checkpoints.Select(
                    file => TrustedCheckpoint.Parse(ForeignFile.ReadNamed(file, SignedNote.BytesMax))),
            ],
            AnchorPath = trust.Anchor is null ? null : Path.GetFullPath(trust.Anchor),
            ColdDirectory = trust.Cold.Directory,
            ColdStore = bucket,
            IsSnapshot = isSnapshot,
        };
        VerifyReport report;
        try
        {
            report = await ProgressLine.RunAsync(run, "verify", 0, progress => Task.Run(() =>
                StoreVerifier.Verify(options with
                {
                    OnProgress = told => progress.Tell(
                        told.Entries, told.EntriesTotal, () => $"verify {told.Entries:N0} entries"),
                }))).ConfigureAwait(false);
        }
        catch (Exception failed) when (Failure.Of(failed) is null)
        {
            // Somebody made files that our own checks do not expect: that is no reason to fall, and none to trust them.
            Exception cause = failed.InnerException ?? failed;
            return OfflineReport.NotVerified(
                run, directory, $"the verifier stopped at what it found: {cause.GetType().Name}: {cause.Message}");
        }

        // Of entries that are not what was signed nothing is built.
        IReadOnlyList<IndexTally> indexes = comparesIndexes && report.IsVerified
            ? await DirectoryIndexes.CompareAsync(run, directory, trust.Cold.Directory, bucket).ConfigureAwait(false)
            : [];
        Verdict verdict = indexes.Select(static index => index.Verdict).Append(VerdictOf(report)).Max();
        if (run.IsJson)
        {
            run.Text(Encoding.UTF8.GetString(WithIndexes(report.ToJson(), verdict, indexes)) + "\n");
        }
        else
        {
            Print(run, report, verdict, keys.Count > 0);
            foreach (string line in indexes.SelectMany(static index => index.Lines()))
            {
                run.Line($"  {line}");
            }
        }

        return Verdicts.ExitCodeOf(verdict);
    }

    /// <summary>The report with what came of the indexes, if any were compared.</summary>
    private static byte[] WithIndexes(byte[] report, Verdict verdict, IReadOnlyList<IndexTally> indexes)
    {
        if (indexes.Count == 0)
        {
            return report;
        }

        JsonObject whole = JsonNode.Parse(report)!.AsObject();
        whole["verified"] = verdict == Verdict.Verified;
        whole["verdict"] = Verdicts.NameOf(verdict);
        whole["indexes"] = new JsonArray(
            [.. indexes.Select(static index => JsonNode.Parse(JsonOutput.Line(index.Write)))]);
        return JsonSerializer.SerializeToUtf8Bytes(whole);
    }

    /// <summary>What is trusted: the keys of the logs that were named, each for its own log.</summary>
    /// <remarks>
    /// A key that was given for two ledgers is that of a store from before ledgers had keys of their own, and signs all
    /// of its ledgers. The key of one ledger is never tried on another: who has it could sign the others' checkpoints.
    /// </remarks>
    /// <exception cref="UsageException">Two keys of one log: which of them came first decides what they vouch for.
    /// </exception>
    public static VerifyOptions OptionsFor(string directory, IReadOnlyList<VerifierKey> keys)
    {
        VerifierKey[] distinct = [.. keys.DistinctBy(key => key.ToString())];
        IGrouping<string, VerifierKey>? several = distinct.GroupBy(key => key.Name.Text)
            .FirstOrDefault(same => same.Count() > 1);
        return several is not null
            ? throw new UsageException(
                $"several keys of {several.Key} are given: {string.Join(", ", several)}",
                "give the oldest that you trust: the log's own statements lead from it to the others")
            : new VerifyOptions
            {
                DataDirectory = directory,
                Keys = [.. distinct.Select(key => LogKeySet.Trust(key.Name.Text, key))],
                StoreKeys =
                [
                    .. distinct.GroupBy(key => Convert.ToHexString(key.PublicKey))
                        .Where(same => same.DistinctBy(key => key.Name).Count() > 1)
                        .Select(same => same.First()),
                ],
            };
    }

    private static void Print(Run run, VerifyReport report, Verdict verdict, bool hasKeys)
    {
        run.Verdict(verdict, report.DataDirectory);
        foreach (VerifyFinding finding in report.Findings.Take(FindingsShown))
        {
            run.Line($"  {Where(finding)}");
            run.Line($"    {finding.Evidence}");
            if (finding.File is { } file)
            {
                run.Line(finding.Offset < 0 ? $"    in {file}" : $"    in {file}, at byte {finding.Offset}");
            }
        }

        if (report.FindingCount > FindingsShown)
        {
            run.Line($"  and {report.FindingCount - FindingsShown} more; --json shows them");
        }

        TextTable.Write(
            run,
            ["ledger", "entries", "hashed", "signed", "checkpoints", "findings"],
            [
                .. report.Ledgers.Select(ledger => new[]
                {
                    ledger.Name,
                    $"{ledger.Entries}",
                    $"{ledger.HashedEntries}",
                    ledger.HasKey ? $"{ledger.SignedSize}" : "no key",
                    $"{ledger.Checkpoints}",
                    $"{ledger.Findings}",
                }),
            ]);
        PrintGone(run, report);
        PrintUnvouched(run, report, hasKeys);
    }

    /// <summary>Entries that nothing vouches for, because nobody signed them yet or no key says who did.</summary>
    private static void PrintUnvouched(Run run, VerifyReport report, bool hasKeys)
    {
        long strange = report.Ledgers.Where(ledger => !ledger.HasKey).Sum(ledger => ledger.UnvouchedEntries);
        long unsigned = report.UnvouchedEntries - strange;
        if (!hasKeys)
        {
            run.Note("no key is trusted, so signatures were not checked: `ledger trust add VKEY`, or --vkey VKEY");
        }
        else if (strange > 0)
        {
            run.Note($"{strange} entries are of ledgers whose key is not trusted: `ledger trust add VKEY`, or --vkey "
                + "VKEY");
        }

        if (unsigned > 0)
        {
            run.Note($"{unsigned} entries are behind the last signature: nothing vouches for them yet");
        }

        if (report is { IsVerified: true, IsRecorded: false })
        {
            run.Note("_audit does not say who the store is: which ledgers, policies and holds there are, and which "
                + "ledgers are frozen, the files alone say. So it is in a store that was made before this was "
                + "recorded, and in one whose _audit was taken away");
        }

        if (report.UnsignedClaims > 0)
        {
            run.Note($"{report.UnsignedClaims} facts about ledgers, policies and holds are as _audit says in entries "
                + "that are not signed yet");
        }

        foreach (string unmade in report.UnmadeChanges)
        {
            run.Note(unmade);
        }
    }

    private static Verdict VerdictOf(VerifyReport report) => !report.IsVerified ? Verdict.NotVerified
        : report.IsWhole ? Verdict.Verified
        : Verdict.NotWhole;

    /// <summary>What is not there to be hashed, and who says that it may be so.</summary>
    private static void PrintGone(Run run, VerifyReport report)
    {
        foreach (LedgerReport ledger in report.Ledgers)
        {
            foreach (ExpiryReport range in ledger.Expired)
            {
                run.Line($"{ledger.Name}: entries {range.FirstIndex} to {range.FirstIndex + range.Count - 1} expired "
                    + $"by {range.Reason}: entry {range.Tombstone} of _audit says so");
            }

            foreach (ColdReport range in ledger.Cold.Where(range => !range.IsChecked))
            {
                run.Line($"{ledger.Name}: entries {range.FirstIndex} to {range.FirstIndex + range.Count - 1}: "
                    + $"payload not checked: in cold tier, '{range.Location}'"
                    + (range.Away is { } away ? $", which is away: {away}" : string.Empty));
            }
        }

        if (report.UncheckedEntries > 0)
        {
            run.Note($"the payload of {report.UncheckedEntries} entries is in the cold store and was not checked: "
                + "--cold DIR reads it, or --cold s3://BUCKET/PREFIX");
        }
    }

    public static string Where(VerifyFinding finding)
    {
        string kind = finding.Kind switch
        {
            VerifyFindingKind.SharedFileDamaged => "a file that all ledgers need is damaged",
            VerifyFindingKind.EntriesUnreadable => "cannot be read",
            VerifyFindingKind.EntriesChanged => "changed",
            VerifyFindingKind.DerivedDataDamaged => "derived data is damaged; the entries are sound",
            VerifyFindingKind.RootMismatch => "the tree is not the one that was signed",
            VerifyFindingKind.RolledBack => "entries that were signed are missing: rolled back",
            VerifyFindingKind.CheckpointInvalid => "a checkpoint is not valid",
            VerifyFindingKind.LedgerMissing => "a ledger is missing",
            VerifyFindingKind.ClaimNotConfirmed => "the files say something that _audit does not confirm",
            _ => "a ledger that the catalog does not know",
        };
        string ledger = finding.Ledger is null ? string.Empty : $"{finding.Ledger}: ";
        string range = finding.FirstIndex < 0 ? string.Empty
            : finding.Count == 0 ? $"from entry {finding.FirstIndex} on "
            : finding.Count == 1 ? $"entry {finding.FirstIndex} "
            : $"entries {finding.FirstIndex} to {finding.FirstIndex + finding.Count - 1} ";
        return ledger + range + kind;
    }
}
