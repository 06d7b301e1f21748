// A checkpoint together with those who verifiably signed it. There is no way to make one but by verifying.
// Immutable, any thread.
namespace LedgerStore.Proofs;

/// <summary>A checkpoint that at least one key of its log, valid at its size, signed.</summary>
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

    /// <summary>The known keys that signed: of the log, valid at this size, and of cosigners with the time.</summary>
    public IReadOnlyList<VerifiedSignature> Signatures { get; }

    internal static VerifiedCheckpoint Open(SignedNote note, LogKeySet log, VerifierKeys cosigners)
    {
        // The signatures come first: of a note that nobody known signed, nothing is interpreted.
        IReadOnlyList<VerifiedSignature> signatures = note.Verify(log.Verifiers.Union(cosigners));
        Checkpoint checkpoint = Checkpoint.Parse(note.Text);
        if (!string.Equals(checkpoint.Origin, log.Origin, StringComparison.Ordinal))
        {
            throw new VerificationFailedException(
                $"the checkpoint is of the log '{checkpoint.Origin}', expected is '{log.Origin}'");
        }

        // A cosignature says what a witness saw, never what the log stands for: one of the log's keys must be there.
        List<VerifiedSignature> counted = new(signatures.Count);
        bool signedByLog = false;
        foreach (VerifiedSignature signature in signatures)
        {
            bool ofLog = log.IsValidAt(signature.Key, checkpoint.Size);
            signedByLog |= ofLog;
            if (ofLog || cosigners.Contains(signature.Key))
            {
                counted.Add(signature);
            }
        }

        return signedByLog
            ? new VerifiedCheckpoint(note, checkpoint, counted)
            : throw new VerificationFailedException(
                $"no key of the log that is valid at size {checkpoint.Size} signed the checkpoint");
    }
}
