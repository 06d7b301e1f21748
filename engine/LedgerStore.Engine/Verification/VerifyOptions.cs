// What a verification is given: where the data is, and what is trusted without looking at it. Immutable.
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>How a data directory is verified.</summary>
public sealed record VerifyOptions
{
    /// <summary>The data directory of a store. Nothing in it is changed.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>What is trusted of each log: its origin and its keys, each valid at its sizes.</summary>
    public IReadOnlyList<LogKeySet> Keys { get; init; } = [];

    /// <summary>Public keys that are trusted for every ledger of the store, whatever its origin: those of a store with
    /// one key for all ledgers.</summary>
    /// <remarks>
    /// Only who was told by the store's operator that it is such a store may give them. The key of one ledger is not to
    /// be given: it would vouch for all others. A ledger that is named in <see cref="Keys"/> has the keys that are
    /// given there and no others.
    /// </remarks>
    public IReadOnlyList<VerifierKey> StoreKeys { get; init; } = [];

    /// <summary>Finds the keys of a log, by its origin, that is not named in <see cref="Keys"/>; null where none is
    /// known. On several threads at a time.</summary>
    public Func<string, LogKeySet?>? FindKeys { get; init; }

    /// <summary>What was seen of these logs before, and must still be true of them.</summary>
    public IReadOnlyList<TrustedCheckpoint> TrustedCheckpoints { get; init; } = [];

    /// <summary>The anchor of the store, if it is at hand: what it says was signed must still be true.</summary>
    public string? AnchorPath { get; init; }

    /// <summary>The directory of the cold store: what is there is read and hashed too.</summary>
    public string? ColdDirectory { get; init; }

    /// <summary>The cold store, where it is no directory: what is there is fetched and hashed too.</summary>
    /// <remarks>Without it and <see cref="ColdDirectory"/>, cold entries are reported as not checked.</remarks>
    public IColdStore? ColdStore { get; init; }

    /// <summary>Threads that hash. With one, everything runs on the caller's.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>The directory is a snapshot or a copy: no process is writing there, whatever its lock says.</summary>
    public bool IsSnapshot { get; init; }

    /// <summary>How long before a tombstone its notice must have come; tests shorten it.</summary>
    internal TimeSpan NoticeAhead { get; init; } = Format.AuditExpiryNotice.Ahead;

    /// <summary>Told how far it is, on one of the hashing threads, never two at a time. Must not throw.</summary>
    public Action<VerifyProgress>? OnProgress { get; init; }
}
