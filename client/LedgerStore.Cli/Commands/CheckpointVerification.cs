// Verifies a signed checkpoint in a file, without a server. One thread.
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Verifies checkpoints.</summary>
internal static class CheckpointVerification
{
    public static int Run(Run run, string file, OfflineTrust trust)
    {
        byte[] note = ForeignFile.ReadNamed(file, SignedNote.BytesMax);
        return OfflineReport.Guard(run, file, () =>
        {
            VerifiedCheckpoint checkpoint = trust.Open(note);
            return OfflineReport.Verified(
                run,
                file,
                trust,
                json =>
                {
                    json.WriteString("origin", checkpoint.Checkpoint.Origin);
                    json.WriteNumber("size", checkpoint.Size);
                    json.WriteString("root", checkpoint.Root.ToHex());
                },
                [$"{checkpoint.Checkpoint.Origin}, size {checkpoint.Size}, root {checkpoint.Root}"]);
        });
    }
}
