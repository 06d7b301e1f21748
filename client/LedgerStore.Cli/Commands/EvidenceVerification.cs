// Verifies evidence of a contradiction without a server: what the log's own signatures in it show. What it says in
// words is a claim of whoever wrote the file, and is shown as one. One thread.
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Verifies evidence.</summary>
internal static class EvidenceVerification
{
    // Four notes, statements of rotations, a proof and an entry, in base64; far less in practice.
    private const int BytesMax = 64 << 20;

    public static int Run(Run run, string file, string? entryFile, OfflineTrust trust)
    {
        byte[] text = ForeignFile.ReadNamed(file, BytesMax);
        byte[]? entry = entryFile is null ? null : ForeignFile.ReadNamed(entryFile, EntryBundle.EntryBytesMax);
        return OfflineReport.Guard(run, file, () =>
        {
            Evidence evidence = Evidence.Parse(text);
            Hash256? leaf = entry is null ? null : MerkleHash.Leaf(entry);
            if (leaf is not null && evidence.Leaf != leaf)
            {
                throw new VerificationFailedException($"the evidence is not about the entry in {entryFile}");
            }

            EvidenceVerdict found = evidence.Check(trust.KeyOf(evidence.Origin).ToString());
            Report(run, file, evidence, found);
            return Verdicts.ExitCodeOf(VerdictOf(found));
        });
    }

    private static Verdict VerdictOf(EvidenceVerdict found) => found switch
    {
        EvidenceVerdict.Proves => Verdict.Verified,
        EvidenceVerdict.Supports => Verdict.NotWhole,
        _ => Verdict.NotVerified,
    };

    private static void Report(Run run, string file, Evidence evidence, EvidenceVerdict found)
    {
        Verdict verdict = VerdictOf(found);
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", verdict == Verdict.Verified);
                json.WriteString("verdict", Verdicts.NameOf(verdict));
                json.WriteString("shows", ShownBy(found).Name);
                json.WriteString("evidence", evidence.Kind.ToString());
                json.WriteString("origin", evidence.Origin);
                json.WriteString("claims", evidence.Statement);
            });
            return;
        }

        run.Verdict(verdict, file);
        run.Line($"  {ShownBy(found).Text}");
        run.Line($"  of {evidence.Origin}, {evidence.Kind}; whoever wrote it claims: '{evidence.Statement}'");
    }

    private static (string Name, string Text) ShownBy(EvidenceVerdict found) => found switch
    {
        EvidenceVerdict.Proves => ("proven", "proven: the log signed things that contradict each other"),
        EvidenceVerdict.Supports => ("supported", "supported: ask the log for the proof that it did not give"),
        EvidenceVerdict.OnlyClaims => (
            "claimed", "claimed: nothing in it that the log signed supports it, so anybody could have written it"),
        _ => ("not_shown", "the evidence does not show what it claims"),
    };
}
