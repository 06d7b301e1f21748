// How a store is opened. Immutable once the store has it.

using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>The settings of a store; every one has a default that serves.</summary>
public sealed record StoreOptions
{
    /// <summary>The data directory. Created when it does not exist; keys and anchors never live in it.</summary>
    public required string Directory { get; init; }

    /// <summary>Opens a store that exists, for reading, and writes nothing: for a read-only mount, a snapshot or a
    /// directory of somebody else.</summary>
    /// <remarks>
    /// Everything that was acknowledged is served: entries, checkpoints, proofs. What is in the journal only (the store
    /// was not closed cleanly) is brought into memory, which takes about as much of it as the journal's budget.
    /// Nothing is appended, created, frozen or signed, and the data is not compared with the anchor. Meanwhile nobody
    /// can open the store for writing; if the file LOCK is missing, nobody keeps a writer out.
    /// </remarks>
    public bool ReadOnly { get; init; }

    /// <summary>A store whose <c>_audit</c> is damaged is not opened (AuditDamaged), and left as it was: for those
    /// who record every access there. Without it <c>_audit</c> is served around the damage like any
    /// other ledger.</summary>
    /// <remarks>With <see cref="ReadOnly"/> it means nothing: nothing is recorded.</remarks>
    public bool RequireSoundAudit { get; init; }

    /// <summary>Origins of new ledgers are this name, a slash, and the ledger's name.</summary>
    public string PublicName { get; init; } = "localhost";

    /// <summary>Journal bytes that may be kept: more make recovery longer, less make slow ledgers write more
    /// often.</summary>
    public long JournalBudgetBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Decoded bundles kept in memory for readers.</summary>
    public long CacheBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Space kept back for what must be written when the disk is full: records of accesses, checkpoints,
    /// expiry and a start. What is accepted and not in the ledgers' files yet has its space beside it. 0: nothing is
    /// kept.</summary>
    public long ReserveBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How the store signs its checkpoints; null when it signs nothing.</summary>
    public SigningOptions? Signing { get; init; }

    /// <summary>The store's key where it signs nothing, with <see cref="ReadOnly"/>: so that it can tell the keys of
    /// its ledgers. Without it, and with another key than its own, it tells those that rotations name. Not
    /// disposed.</summary>
    public SigningKey? KeyForReading { get; init; }

    /// <summary>Told how far opening is, 0 to 1, when it takes long; on the thread that opens.</summary>
    public Action<double>? OnRecoveryProgress { get; init; }

    /// <summary>Told about damage each time a reader meets it; on the thread that found it. Must not throw.</summary>
    public Action<DamageReport> OnDamage { get; init; } = static _ => { };

    /// <summary>How the store reads its own files again and again, to find what changed in them.</summary>
    public ScrubOptions Scrub { get; init; } = new();

    /// <summary>How the work on tiers behaves in the background.</summary>
    public TieringOptions Tiering { get; init; } = new();

    /// <summary>Where the payload of cold segments goes, an absolute path, on another volume most likely; null: see
    /// <see cref="Cold"/>.</summary>
    public string? ColdDirectory { get; init; }

    /// <summary>Where it goes otherwise; null with no <see cref="ColdDirectory"/>: nothing becomes cold.</summary>
    public IColdStore? Cold { get; init; }

    /// <summary>The clock; tests and embedded programs may have their own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
