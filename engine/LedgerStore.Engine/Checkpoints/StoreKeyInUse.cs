// The store's key as its key log has it, for whoever records a rotation. Immutable, any thread.
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>The key that signs now.</summary>
/// <param name="Number">0 for the first; each rotation has a greater one.</param>
/// <param name="Scheme">Whether it signs all ledgers itself, or each by a key of its own.</param>
public sealed record StoreKeyInUse(long Number, KeyScheme Scheme);
