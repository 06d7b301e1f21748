// A signature that was checked: by which key, and for cosignatures when.
// Immutable value, any thread.
namespace LedgerStore.Proofs;

/// <summary>A known key whose signature verified.</summary>
/// <param name="Key">Who signed.</param>
/// <param name="Seconds">The time of a cosignature in POSIX seconds; null for a log's signature.</param>
public readonly record struct VerifiedSignature(VerifierKey Key, ulong? Seconds);
