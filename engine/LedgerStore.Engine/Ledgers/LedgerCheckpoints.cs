// One ledger's checkpoints at run time: what was signed last, what is published, who waits.
// Signing state belongs to the checkpointer's thread; the rest is read by any thread.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The checkpoints of one ledger.</summary>
internal sealed class LedgerCheckpoints
{
    private volatile Exception? _failure;

    public LedgerCheckpoints(LedgerLog log, string origin, TileNodes cache)
    {
        Log = log;
        Origin = origin;
        Tiles = new LedgerTiles(log.Reader.Segments, log.Tail, log.Appender);
        Nodes = new StoredNodes(Tiles, cache, log.Id);
        Proofs = new LedgerProofs(this);
        CheckpointRecord? newest = log.Checkpoints.Newest;
        Signed = newest;
        long size = newest?.Size ?? 0;
        Published = new Watermark(size, StoreLimits.WaitersMax);
        Followed = new Watermark(size, StoreLimits.WaitersMax);
    }

    public LedgerLog Log { get; }

    public string Origin { get; }

    public LedgerTiles Tiles { get; }

    /// <summary>The nodes of its tree, from tiles.</summary>
    public StoredNodes Nodes { get; }

    public LedgerProofs Proofs { get; }

    // ---- of the checkpointer's thread

    /// <summary>The newest one that was signed, published or not; null before the first.</summary>
    public CheckpointRecord? Signed { get; private set; }

    public long SignedSize => Signed?.Size ?? 0;

    /// <summary>Whether one is on its way through the journal: one at a time, and then the next.</summary>
    public bool IsPending { get; private set; }

    /// <summary>What signs it, while that is kept ready; of <c>LedgerSigners</c>.</summary>
    public LedgerSigner? Signer { get; set; }

    // ---- any thread

    /// <summary>The newest one that may be seen; null before the first.</summary>
    public CheckpointRecord? Newest => Log.Checkpoints.Newest;

    /// <summary>The published size, for those who asked for a checkpoint.</summary>
    public Watermark Published { get; }

    /// <summary>The published size, for those who take what comes.</summary>
    public Watermark Followed { get; }

    /// <summary>Not 0 while it is in the list of those that somebody waits for.</summary>
    public int AskedNote;

    /// <summary>What could be signed now: durable, and hashed.</summary>
    public long SignableSize => Log.ReadableSize;

    /// <summary>Why nothing more of it is signed; null while it is sound.</summary>
    public Exception? Failure => _failure ?? Log.Reader.Damage;

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
        Log.Checkpoints.Publish(record);
        Published.AdvanceTo(record.Size);
        Followed.AdvanceTo(record.Size);
    }

    /// <summary>Both keys of a rotation have signed it: the same size again, or a larger one.</summary>
    public void PublishRotated(CheckpointRecord record)
    {
        Invariant.That(!IsPending && record.Size >= SignedSize, "a rotation goes on from what was signed");
        Signed = record;
        Publish(record);
    }

    /// <summary>The anchor knows a checkpoint that the store has lost, and the data still has its root: what is signed
    /// next goes on from there.</summary>
    public void NoteAnchored(CheckpointRecord record)
    {
        if (record.Size > SignedSize)
        {
            Signed = record;
            Log.RestoreCheckpoint(record);
            Published.AdvanceTo(record.Size);
            Followed.AdvanceTo(record.Size);
        }
    }

    /// <summary>Nothing more of it is signed; who waits is told why.</summary>
    public void Fail(Exception cause)
    {
        _failure = cause;
        Published.Fault(cause);
        Followed.Fault(cause);
    }
}
