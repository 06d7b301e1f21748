// How a store signs. Immutable once the store has it.
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>The settings of a store that signs checkpoints.</summary>
public sealed record SigningOptions
{
    /// <summary>The log's private key; the store does not dispose it. A file of it is read by
    /// <see cref="LogKeyFile"/>.</summary>
    public required SigningKey Key { get; init; }

    /// <summary>
    /// The anchor file, outside the data directory: what was signed last, kept where a restored or rolled-back data
    /// directory does not bring its own past along.
    /// </summary>
    public required string AnchorPath { get; init; }

    /// <summary>How often a growing ledger is signed. It stretches when there are more than the budget
    /// allows.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens a store that was rolled back or forked: it serves reads and proofs, takes no appends and signs
    /// nothing.</summary>
    public bool ReadOnlySuspect { get; init; }

    /// <summary>Signs although the anchor of a store that is not new is missing. That is recorded.</summary>
    public bool AcceptMissingAnchor { get; init; }
}
