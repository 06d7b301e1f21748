// The exception of Invariant: LedgerStore itself has a bug. A background thread that meets it poisons the store.
// Immutable: any thread.

namespace LedgerStore.Engine.Foundation;

/// <summary>LedgerStore has a bug: something that must always hold did not.</summary>
internal sealed class InvariantException(string what)
    : Exception($"LedgerStore has a bug, please report it: this must hold and does not: {what}");
