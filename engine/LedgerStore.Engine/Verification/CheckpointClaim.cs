// What a checkpoint says of a ledger, and who says it: to be compared with the tree of the entries. Immutable.
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Verification;

/// <summary>A root that a ledger must have had at a size.</summary>
/// <param name="Source">The file it was found in, or that it was given.</param>
/// <param name="SignedBy">The trusted key that signed it, or where else the trust comes from; null: nobody
/// vouches.</param>
internal sealed record CheckpointClaim(long Size, Hash256 Root, string Source, string? SignedBy)
{
    /// <summary>In words, for findings.</summary>
    public string Text => SignedBy is null
        ? $"the checkpoint of size {Size:N0} in {Source}, whose signature was not checked"
        : $"the checkpoint of size {Size:N0} ({SignedBy})";

    /// <summary>A checkpoint that somebody kept outside of the store.</summary>
    public static CheckpointClaim Of(TrustedCheckpoint trusted) =>
        new(trusted.Size, trusted.Root, "the trusted checkpoints", "given as trusted");

    /// <summary>Reads a checkpoint that the store keeps, and verifies its signature if there is a key.</summary>
    /// <param name="wrong">Why it is not to be believed.</param>
    public static CheckpointClaim? TryRead(
        CheckpointRecord record, string source, string origin, LogKeySet? keys, out string? wrong)
    {
        wrong = null;
        try
        {
            SignedNote note = SignedNote.Parse(record.Note);
            Checkpoint checkpoint = Checkpoint.Parse(note.Text);
            if (checkpoint.Origin != origin)
            {
                wrong = $"the checkpoint of size {checkpoint.Size:N0} is of the log '{checkpoint.Origin}', this ledger "
                    + $"is '{origin}'";
            }
            else if ((long)checkpoint.Size != record.Size || checkpoint.Root != record.Root)
            {
                wrong = $"the record says size {record.Size:N0} and root {record.Root}, its signed note says size "
                    + $"{checkpoint.Size:N0} and root {checkpoint.Root}";
            }
            else
            {
                VerifiedCheckpoint? verified = keys?.Open(record.Note, VerifierKeys.None);
                string? signedBy = verified is null ? null : $"signed by {verified.Signatures[0].Key}";
                return new CheckpointClaim(record.Size, record.Root, source, signedBy);
            }
        }
        catch (Exception refused) when (refused is MalformedDataException or VerificationFailedException)
        {
            wrong = $"the checkpoint of size {record.Size:N0}: {refused.Message}";
        }

        return null;
    }
}
