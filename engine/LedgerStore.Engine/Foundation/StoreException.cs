// What the engine throws when a caller, the disk or another process is the cause. Our own bugs are InvariantException.
namespace LedgerStore.Engine;

/// <summary>Why the store refused or failed; stable codes for programs, the message is for people.</summary>
public enum StoreReason
{
    /// <summary>An argument is malformed or over a limit. Nothing was written.</summary>
    InvalidArgument,
    LedgerNotFound,
    LedgerExists,

    /// <summary>The ledger was frozen: it takes no more appends.</summary>
    LedgerFrozen,

    /// <summary>The ledger's files are damaged: it can be read around the damage, not appended to. Or the whole store
    /// was opened for reading only.</summary>
    LedgerReadOnly,

    /// <summary>The producer's sequence skips numbers; the expected one is in the exception.</summary>
    SequenceGap,

    /// <summary>The sequence was appended before with other bytes or other boundaries.</summary>
    SequenceConflict,

    /// <summary>The sequence was appended before, too long ago for its answer to be remembered.</summary>
    SequenceTooOld,

    /// <summary>The ledger has not the expected size; the actual one is in the exception.</summary>
    SizeMismatch,

    /// <summary>An earlier batch of the same chain was refused, so this one was not appended.</summary>
    ChainBroken,

    /// <summary>A queue is full: try again later.</summary>
    Busy,

    /// <summary>No space is left on the disk. Reads go on; appends resume when there is space.</summary>
    DiskFull,

    /// <summary>A named producer, ledger or file count is at its limit.</summary>
    LimitReached,

    /// <summary>The bytes of this range are damaged or unreadable.</summary>
    DataLoss,

    /// <summary>The entries of this range have expired by policy.</summary>
    Expired,

    /// <summary>The storage of this range is away at the moment.</summary>
    TierAway,

    /// <summary>A sync or write failed: the store has stopped. Whether pending batches are stored is unknown.</summary>
    StorageFailed,

    /// <summary>Shared files of the store are damaged.</summary>
    Corruption,

    /// <summary>The data is older than, or differs from, what was signed.</summary>
    RollbackDetected,

    /// <summary>The anchor of a store that is not new is missing: a rollback could not be noticed.</summary>
    AnchorMissing,

    /// <summary>The signing key is missing, readable by others, or not the one that signed last.</summary>
    KeyMismatch,

    /// <summary>The store signs nothing: it was opened without a key, or its anchor cannot be written.</summary>
    SigningStopped,

    /// <summary>Another process has the data directory.</summary>
    InUse,

    /// <summary>The store is closed or closing.</summary>
    Closed,

    /// <summary>The files say that the entries of this range have expired or are elsewhere, nothing signed says so, and
    /// their payload is not here.</summary>
    NotConfirmed,

    /// <summary>The files of <c>_audit</c> are damaged, and the store was to be opened only with a sound one.</summary>
    AuditDamaged,
}

/// <summary>A refusal or failure of the store, with a reason code.</summary>
public sealed class StoreException : Exception
{
    public StoreException(StoreReason reason, string message)
        : base(message) => Reason = reason;

    public StoreException(StoreReason reason, string message, Exception? cause)
        : base(message, cause) => Reason = reason;

    public StoreReason Reason { get; }

    /// <summary>The sequence or size that would have been accepted, where the reason has one.</summary>
    public long Expected { get; init; } = -1;

    /// <summary>With DiskFull: how many bytes somebody has to free so that appends go on; 0 where it is not
    /// known.</summary>
    public long BytesToFree { get; init; }

    /// <summary>The first entry that is affected, where the reason is about a range; -1 otherwise.</summary>
    public long FirstIndex { get; init; } = -1;

    /// <summary>How many entries are affected, from FirstIndex on.</summary>
    public long Count { get; init; }
}
