// What a verifier that may not read gets of entries. Immutable.

using LedgerStore.Proofs;

namespace LedgerStore.Client;

/// <summary>Consecutive leaf hashes of a ledger, proven against a signed root.</summary>
/// <param name="FirstIndex">The entry that the first one is of.</param>
public sealed record LeafHashes(ulong FirstIndex, ReadOnlyMemory<Hash256> Hashes);
