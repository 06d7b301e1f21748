// The start-up comparison of a store with its anchor: data that is behind it was rolled back, data that differs from it
// was forked. Runs once, on the thread that opens the store.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Checkpoints;

/// <summary>Compares every ledger of the anchor with the store.</summary>
/// <remarks>
/// A ledger that nobody uses yet is not opened if its state.log has the very checkpoint, which is so after a clean end:
/// its data is compared with that checkpoint when it is opened.
/// </remarks>
internal sealed class AnchorCheck(
    IFileSystem files, StorePaths paths, UInt128 storeId, Catalog catalog, OpenLedgers ledgers)
{
    /// <exception cref="StoreException">RollbackDetected, with both sizes.</exception>
    public void Run(IReadOnlyDictionary<uint, CheckpointRecord> anchored)
    {
        foreach ((uint id, CheckpointRecord record) in anchored)
        {
            if (catalog.Find(id) is null)
            {
                throw new StoreException(
                    StoreReason.RollbackDetected,
                    $"the anchor has a checkpoint of ledger {id} with {record.Size:N0} entries, the store has no such "
                    + "ledger. Nothing is signed. Restore the newer data, or serve this one with --read-only-suspect");
            }

            if (!ledgers.IsOpen(id) && IsInState(id, record))
            {
                continue;
            }

            OpenLedger ledger = ledgers.GetChecked(id);
            ledgers.CheckOlder(ledger, record);
            ledger.NoteAnchored(record);
        }
    }

    /// <summary>Whether a ledger's files hold this checkpoint, and as many entries.</summary>
    private bool IsInState(uint id, CheckpointRecord record)
    {
        try
        {
            LedgerStateLog.Open(files, paths, storeId, id, FileAccessMode.ReadOnly, out LedgerState state);
            return state.Flushed?.Size >= record.Size
                && state.FindCheckpoint(record.Size) is { } found
                && found.Size == record.Size
                && found.Root == record.Root;
        }
        catch (Exception damage) when (damage is StoreException or StorageException)
        {
            // Opening the ledger says what is wrong with it.
            return false;
        }
    }
}
