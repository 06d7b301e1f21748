// Compares a ledger's data with a checkpoint that was signed: an older state of the data is a rollback, another one a
// fork. Either way nothing more may be signed.
// Stateless; the thread that opens the ledger or the store.
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The start-up comparison.</summary>
internal static class CheckpointCheck
{
    /// <summary>Recomputes the root at the checkpoint's size.</summary>
    /// <exception cref="StoreException">RollbackDetected, with both sizes.</exception>
    public static void Verify(OpenLedger ledger, CheckpointRecord signed)
    {
        if (ledger.Damage is not null)
        {
            // Read-only already, and it says why. What is left of it is shown as long as it is not known to be
            // something else; the rest `verify` finds out.
            if (IsKnownToDiffer(ledger, signed))
            {
                ledger.Withhold(
                    0,
                    signed.Size,
                    $"the ledger's files are damaged, and what is left of them has not the root that was signed for "
                    + $"{signed.Size:N0} entries. Run verify on the data directory");
            }

            return;
        }

        long size = ledger.ReadableSize;
        if (signed.Size > size)
        {
            throw Rollback(ledger, signed, size);
        }

        Hash256 root = ledger.Proofs.Root(signed.Size);
        if (root != signed.Root)
        {
            throw Fork(ledger, signed, size, root);
        }
    }

    private static bool IsKnownToDiffer(OpenLedger ledger, CheckpointRecord signed)
    {
        try
        {
            return ledger.FoundSize >= signed.Size && ledger.Proofs.Root(signed.Size) != signed.Root;
        }
        catch (StoreException unreadable) when (unreadable.Reason == StoreReason.DataLoss)
        {
            return false;
        }
    }

    /// <summary>Compares a record with its signed note, and the note with the store's keys.</summary>
    /// <param name="keys">Null in a store that never signed.</param>
    /// <exception cref="StoreException">KeyMismatch: another key signed it. Corruption: it is not what its record
    /// says.</exception>
    public static void VerifyNote(OpenLedger ledger, CheckpointRecord signed, LogKeySet? keys)
    {
        try
        {
            Checkpoint text = Checkpoint.Parse(SignedNote.Parse(signed.Note).Text);
            if (text.Origin != ledger.Origin || (long)text.Size != signed.Size || text.Root != signed.Root)
            {
                throw new StoreException(
                    StoreReason.Corruption,
                    $"ledger '{ledger.Name}': the record of the checkpoint of {signed.Size:N0} entries and its "
                    + "note differ. Nothing is signed. Run verify on the data directory");
            }

            keys?.Open(signed.Note, VerifierKeys.None);
        }
        catch (VerificationFailedException wrong)
        {
            throw new StoreException(
                StoreReason.KeyMismatch,
                $"ledger '{ledger.Name}': the checkpoint of {signed.Size:N0} entries was not signed by the store's "
                + $"key {keys!.Keys[^1].Key.Id}: {wrong.Message}. Nothing is signed",
                wrong);
        }
        catch (MalformedDataException wrong)
        {
            throw new StoreException(
                StoreReason.Corruption,
                $"ledger '{ledger.Name}': the note of the checkpoint of {signed.Size:N0} entries is damaged: "
                + wrong.Message,
                wrong);
        }
    }

    private static StoreException Rollback(OpenLedger ledger, CheckpointRecord signed, long size) => new(
        StoreReason.RollbackDetected,
        $"ledger '{ledger.Name}' was rolled back: a checkpoint of {signed.Size:N0} entries was signed, the data "
        + $"has {size:N0}. Nothing is signed. Restore the newer data, or serve this one with --read-only-suspect");

    private static StoreException Fork(
        OpenLedger ledger, CheckpointRecord signed, long size, in Hash256 root) => new(
        StoreReason.RollbackDetected,
        $"ledger '{ledger.Name}' was forked: the checkpoint of {signed.Size:N0} entries has the root "
        + $"{signed.Root.ToBase64()}, the data (of {size:N0} entries) gives {root.ToBase64()}. Nothing is signed. "
        + "Restore the data that was signed, or serve this one with --read-only-suspect");
}
