// A checkpoint together with those who verifiably signed it. There is no way to make one but by verifying.
// Immutable, any thread.
namespace LedgerStore.Proofs;

/// <summary>A checkpoint that at least one key of its log signed.</summary>
public sealed class VerifiedCheckpoint
{
    private VerifiedCheckpoint(SignedNote note, Checkpoint checkpoint, IReadOnlyList<VerifiedSignature> signatures)
    {
        Note = note;
        Checkpoint = checkpoint;
        Signatures = signatures;
    }

    public SignedNote Note { get; }

    public Checkpoint Checkpoint { get; }

    public ulong Size => Checkpoint.Size;

    public Hash256 Root => Checkpoint.Root;

    /// <summary>Every known key that signed: of the log, and of cosigners with the time.</summary>
    public IReadOnlyList<VerifiedSignature> Signatures { get; }

    internal static VerifiedCheckpoint Open(
        SignedNote note, string expectedOrigin, VerifierKeys logKeys, VerifierKeys cosigners)
    {
        // The signatures come first: of a note that nobody known signed, nothing is interpreted.
        IReadOnlyList<VerifiedSignature> signatures = note.Verify(logKeys.Union(cosigners));
        Checkpoint checkpoint = Checkpoint.Parse(note.Text);
        if (!string.Equals(checkpoint.Origin, expectedOrigin, StringComparison.Ordinal))
        {
            throw new VerificationFailedException(
                $"the checkpoint is of the log '{checkpoint.Origin}', expected is '{expectedOrigin}'");
        }

        foreach (VerifiedSignature signature in signatures)
        {
            // A cosignature says what a witness saw, never what the log stands for.
            if (signature.Key.Type == SignatureType.Ed25519 && logKeys.Contains(signature.Key))
            {
                return new VerifiedCheckpoint(note, checkpoint, signatures);
            }
        }

        throw new VerificationFailedException("cosigners signed the checkpoint, and none of the log's keys did");
    }
}
