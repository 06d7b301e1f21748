// A checkpoint that somebody kept: the memory against which a rollback or a fork shows. Immutable, any thread.
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>What is known of a log at one size, from somewhere that the operator of the store cannot change.</summary>
/// <param name="Note">The signed note, if it is at hand; else empty.</param>
public sealed record TrustedCheckpoint(string Origin, long Size, Hash256 Root, ReadOnlyMemory<byte> Note)
{
    /// <summary>Reads a signed note. Its signatures are not looked at: it is trusted because of where it was kept.
    /// </summary>
    /// <exception cref="MalformedDataException">It is not a checkpoint.</exception>
    public static TrustedCheckpoint Parse(ReadOnlySpan<byte> note)
    {
        Checkpoint checkpoint = Checkpoint.Parse(SignedNote.Parse(note).Text);
        return new TrustedCheckpoint(
            checkpoint.Origin, (long)checkpoint.Size, checkpoint.Root, note.ToArray());
    }
}
