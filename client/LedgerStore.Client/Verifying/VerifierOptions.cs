// What a verifier trusts, and where it remembers what it has seen.
// Immutable; any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>Settings of a <see cref="Verifier"/>.</summary>
public sealed record VerifierOptions
{
    /// <summary>
    /// The log's key, as <c>key show</c> prints it. It must come from somewhere else than from the server.
    /// </summary>
    public required string Vkey { get; init; }

    /// <summary>The origin that the log must have, which is also the name of its key; null: the name of the key, if it
    /// ends with a slash and the ledger's name, as those of every store do.</summary>
    public string? Origin { get; init; }

    /// <summary>
    /// The file with the newest checkpoint that was seen and the key rotations that were followed. Null: in memory
    /// only, so that a rollback between two runs goes unnoticed.
    /// </summary>
    public string? StateFile { get; init; }

    /// <summary>An older checkpoint to begin with, if there is no state yet: the ledger must continue it.</summary>
    public ReadOnlyMemory<byte> TrustedCheckpoint { get; init; }

    /// <summary>Witnesses that must have cosigned every checkpoint; none by default.</summary>
    public WitnessPolicy Witnesses { get; init; } = WitnessPolicy.None;

    /// <summary>How long the server may take to publish a checkpoint that covers entries which exist.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(30);
}
