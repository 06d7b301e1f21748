// An open ledger's part that signs: what was signed last, what is published, who waits.
// Signing belongs to the checkpointer's thread; the rest is read by any thread.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

internal sealed partial class OpenLedger
{
    private volatile Exception? _signingFailure;
    private string? _indexFailure;
    private volatile bool _isChecked;

    // ---- of the checkpointer

    /// <summary>The newest one that was signed, published or not; null before the first.</summary>
    public CheckpointRecord? Signed { get; private set; }

    public long SignedSize => Signed?.Size ?? 0;

    /// <summary>Whether one is on its way through the journal: one at a time, and then the next.</summary>
    public bool IsPending { get; private set; }

    /// <summary>What signs it, while that is kept ready; of the checkpointer.</summary>
    public LedgerSigner? Signer { get; set; }

    // ---- any thread

    /// <summary>Whether it was compared with what it signed: before that nothing is appended or signed.</summary>
    public bool IsChecked => _isChecked;

    /// <summary>Checkpoints that were signed, on their way into state.log; and the newest ones that were published.
    /// </summary>
    public CheckpointHistory Checkpoints { get; } = new();

    /// <summary>The newest one that may be seen; null before the first.</summary>
    public CheckpointRecord? Newest => Checkpoints.Newest;

    /// <summary>The published size, for those who asked for a checkpoint.</summary>
    public Watermark Published { get; }

    /// <summary>The published size, for those who take what comes.</summary>
    public Watermark Followed { get; }

    /// <summary>Not 0 while it is in the list of those that somebody waits for.</summary>
    public int AskedNote;

    /// <summary>Why nothing more of it is signed; null while it is sound.</summary>
    public Exception? SigningFailure => _signingFailure ?? Damage;

    /// <summary>That what was signed about its index is not so, as the index worker found; null while nothing is known
    /// to be wrong. Written by that worker.</summary>
    public string? IndexFailure
    {
        get => Volatile.Read(ref _indexFailure);
        set => Volatile.Write(ref _indexFailure, value);
    }

    public LedgerTiles Tiles { get; }

    /// <summary>The nodes of its tree, from tiles.</summary>
    public StoredNodes Nodes { get; }

    public LedgerProofs Proofs { get; }

    /// <summary>Starts with a checkpoint that is known. What it covers was acknowledged: that a damaged ledger's files
    /// know of less makes it no smaller.</summary>
    /// <remarks>While nobody else uses the ledger.</remarks>
    public void RestoreCheckpoint(CheckpointRecord known)
    {
        Checkpoints.Restore(known);
        if (Damage is { } damage && known.Size > NextIndex)
        {
            MarkDamaged(known.Size, damage);
        }
    }

    /// <summary>It was compared with what it signed: from here on it signs, unless that found something.</summary>
    public void BeginSigning(Exception? failure)
    {
        Signed = Newest;
        AdvanceTo(SignedSize);
        if (failure is not null)
        {
            StopSigning(failure);
        }

        _isChecked = true;
    }

    /// <summary>It is in a frame of the journal.</summary>
    public void NoteSigned(CheckpointRecord record)
    {
        Invariant.That(!IsPending && record.Size > SignedSize, "checkpoints of a ledger come one after the other");
        Signed = record;
        IsPending = true;
    }

    /// <summary>Its frame is durable: a swap, and everybody sees it.</summary>
    public void Publish(CheckpointRecord record)
    {
        IsPending = false;
        Checkpoints.Publish(record);
        AdvanceTo(record.Size);
    }

    /// <summary>Both keys of a rotation have signed it: the same size again, or a larger one.</summary>
    public void PublishRotated(CheckpointRecord record)
    {
        Invariant.That(!IsPending && record.Size >= SignedSize, "a rotation goes on from what was signed");
        Signed = record;
        Publish(record);
    }

    /// <summary>The anchor, or what is left of a frame, knows a checkpoint that the store has lost, and the data still
    /// has its root: what is signed next goes on from there.</summary>
    /// <returns>False when the store has it.</returns>
    public bool NoteAnchored(CheckpointRecord record)
    {
        if (record.Size <= SignedSize)
        {
            return false;
        }

        Checkpoints.NoteJournaled(record);
        Signed = record;
        RestoreCheckpoint(record);
        AdvanceTo(record.Size);
        return true;
    }

    /// <summary>Nothing more of it is signed; who waits is told why.</summary>
    public void StopSigning(Exception cause)
    {
        _signingFailure = cause;
        Published.Fault(cause);
        Followed.Fault(cause);
    }

    private void AdvanceTo(long size)
    {
        Published.AdvanceTo(size);
        Followed.AdvanceTo(size);
    }
}
