// The registry's part that compares a ledger with what it signed, when it is first used: the note of each checkpoint
// with the store's keys, and its root with the data.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

internal sealed partial class OpenLedgers
{
    private void CheckSlow(OpenLedger ledger)
    {
        if (keys.RotationsOf(ledger.Id) is [.., var rotated] && rotated.Checkpoint.Size >= (ledger.Newest?.Size ?? 0))
        {
            // Durable in the key log, and nowhere else.
            ledger.RestoreCheckpoint(rotated.Checkpoint);
        }

        if (ledger.Damage is not null
            && FindJournaled(ledger.Id) is { } journaled
            && journaled.Size > (ledger.Newest?.Size ?? 0))
        {
            ledger.RestoreCheckpoint(journaled);
        }

        StoreException? failure = ledger.Newest is { } newest ? CheckNewest(ledger, newest) : null;
        if (ledger.Damage is null && FindContradicted(ledger) is { } contradiction)
        {
            failure = isSuspect ? failure ?? contradiction : throw contradiction;
        }

        if (ledger.Damage is not null)
        {
            Withhold(ledger);
        }

        ledger.BeginSigning(failure);
        if (ledger.ReadableSize > ledger.SignedSize)
        {
            // It grew before somebody could sign it: before a crash, or while the store had no key.
            NoteGrown(ledger);
        }
    }

    /// <returns>Why nothing more of it is signed; null when it is what it signed.</returns>
    private StoreException? CheckNewest(OpenLedger ledger, CheckpointRecord newest)
    {
        try
        {
            VerifyNote(ledger, newest);
            return FindDamage(ledger, newest);
        }
        catch (StoreException contradiction) when (isSuspect)
        {
            ShowOlder(ledger);
            return contradiction;
        }
    }

    /// <summary>Shows the newest checkpoint that a suspect ledger's data does not contradict.</summary>
    private void ShowOlder(OpenLedger ledger)
    {
        ledger.Checkpoints.Forget();
        foreach (CheckpointRecord older in ReadState(ledger.Id).Checkpoints.Reverse())
        {
            if (older.Size <= ledger.ReadableSize && ledger.Proofs.Root(older.Size) == older.Root)
            {
                ledger.Checkpoints.Restore(older);
                return;
            }
        }
    }

    /// <summary>What is left of a damaged ledger is not long enough for its newest checkpoint; what an older one of
    /// its own contradicts is not served.</summary>
    private void Withhold(OpenLedger ledger)
    {
        long found = ledger.FoundSize;
        CheckpointRecord? contradicted = null;
        foreach (CheckpointRecord older in History(ledger.Id).Where(one => one.Size <= found).Reverse())
        {
            try
            {
                VerifyNote(ledger, older);
                if (ledger.Proofs.Root(older.Size) == older.Root)
                {
                    Refuse(older.Size);
                    return;
                }

                contradicted = older;
            }
            catch (StoreException)
            {
                // It is nobody's checkpoint, or its entries cannot be read: it says nothing of those that can.
            }
        }

        Refuse(0);

        void Refuse(long from)
        {
            if (contradicted is { } signed)
            {
                ledger.Withhold(
                    from, found, $"they contradict the signed checkpoint of {signed.Size:N0} entries");
            }
        }
    }

    private IReadOnlyList<CheckpointRecord> History(uint id)
    {
        try
        {
            return ReadState(id).Checkpoints;
        }
        catch (Exception damage) when (damage is StoreException or StorageException or MalformedDataException)
        {
            // A state.log that cannot be read is what the ledger is damaged by.
            return [];
        }
    }

    private void VerifyNote(OpenLedger ledger, CheckpointRecord signed) =>
        VerifyNote(ledger, signed, keys.CheckedKeysOf(ledger.Id, ledger.Origin));

    /// <returns>Why the data cannot be compared with a checkpoint; null when it was, and is what was signed.</returns>
    private static StoreException? FindDamage(OpenLedger ledger, CheckpointRecord signed)
    {
        try
        {
            Verify(ledger, signed);
            return null;
        }
        catch (StoreException lost) when (lost.Reason == StoreReason.DataLoss)
        {
            // Damage is not a rollback: what is sound of the ledger is served, and nothing more of it is signed.
            return lost;
        }
    }

    /// <summary>Recomputes the root at the checkpoint's size.</summary>
    /// <exception cref="StoreException">RollbackDetected, with both sizes.</exception>
    private static void Verify(OpenLedger ledger, CheckpointRecord signed)
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
    private static void VerifyNote(OpenLedger ledger, CheckpointRecord signed, LogKeySet? keys)
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

    /// <summary>Compares the store with its anchor: data that is behind it was rolled back, data that differs from it
    /// was forked. A ledger that nobody uses yet is not opened if its state.log has the very checkpoint, which is so
    /// after a clean end: its data is compared with that checkpoint when it is opened.</summary>
    /// <returns>The ledgers that had lost such a checkpoint, and have it now in memory.</returns>
    /// <exception cref="StoreException">RollbackDetected, with both sizes.</exception>
    public IReadOnlyList<OpenLedger> CheckAnchored(
        Catalog catalog, IReadOnlyDictionary<uint, CheckpointRecord> anchored)
    {
        List<OpenLedger> restored = [];
        foreach ((uint id, CheckpointRecord record) in anchored)
        {
            if (catalog.Find(id) is null)
            {
                throw new StoreException(
                    StoreReason.RollbackDetected,
                    $"the anchor has a checkpoint of ledger {id} with {record.Size:N0} entries, the store has no such "
                    + "ledger. Nothing is signed. Restore the newer data, or serve this one with --read-only-suspect");
            }

            if (IsOpen(id) || !IsInState(id, record))
            {
                OpenLedger ledger = GetChecked(id);
                CheckOlder(ledger, record);
                if (ledger.NoteAnchored(record))
                {
                    restored.Add(ledger);
                }
            }
        }

        return restored;
    }

    /// <summary>Whether a ledger's files hold this checkpoint, and as many entries.</summary>
    private bool IsInState(uint id, CheckpointRecord record)
    {
        try
        {
            LedgerState state = ReadState(id);
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
