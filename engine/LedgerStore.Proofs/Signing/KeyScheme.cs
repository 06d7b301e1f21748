// How the key that signs a ledger follows from the store's key. The numbers are those of the key log: they never
// change.
namespace LedgerStore.Proofs;

/// <summary>Which key signs the ledgers of a store.</summary>
public enum KeyScheme
{
    /// <summary>The store's key signs every ledger, under the ledger's name. Stores began so, and may go on.</summary>
    Shared = 1,

    /// <summary>Each ledger has a key of its own: <see cref="LedgerKeyDerivation"/>.</summary>
    Derived = 2,
}
