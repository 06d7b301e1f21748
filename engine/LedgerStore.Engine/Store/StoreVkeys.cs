// The vkeys of all ledgers of a store, from its key and its data directory, without a server: what an operator hands
// out. Nothing is changed, and a running store may have the directory open. Runs on the caller's thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>Tells the keys of a store's ledgers.</summary>
public static class StoreVkeys
{
    /// <summary>The key of each ledger that the catalog has, in the order of their names.</summary>
    /// <param name="key">The store's key.</param>
    /// <exception cref="StoreException">KeyMismatch: it is another store's, or one from before a rotation.
    /// StorageFailed, Corruption: the directory cannot be read.</exception>
    public static IReadOnlyList<VerifierKey> Read(string dataDirectory, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        LinuxFileSystem files = new();
        StorePaths paths = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory)));
        return StoreErrors.Translate(() =>
        {
            StoreFile store = StoreFileAccess.Load(files, paths);
            Catalog catalog = Catalog.Open(files, paths, store.StoreId, FileAccessMode.ReadOnly);
            KeyRecord? current = files.Exists(paths.Keys)
                ? StoreKeys.Open(files, paths, store.StoreId, FileAccessMode.ReadOnly, key).Current
                : null;
            if (current is not null && !current.IsOf(key))
            {
                throw new StoreException(
                    StoreReason.KeyMismatch,
                    $"the store in '{paths.Root}' signs with another key: for '{store.PublicName}' the expected key id "
                    + $"is {StoreKeys.Named(store.PublicName, current.PublicKey).Id}, this key has "
                    + $"{StoreKeys.Named(store.PublicName, key.PublicKey).Id}");
            }

            // A store that has not signed yet begins with a key for each ledger.
            KeyScheme scheme = current?.Scheme ?? KeyScheme.Derived;
            return (IReadOnlyList<VerifierKey>)
            [
                .. catalog.SortedByName().Select(ledger =>
                    LedgerKeyDerivation.VerifierKeyOf(key, KeyName.Parse(ledger.Origin), scheme)),
            ];
        });
    }
}
