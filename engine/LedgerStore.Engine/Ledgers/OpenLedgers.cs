// The ledgers that are in use, by id. Each is opened when it is first asked for, and compared with what it signed
// before it is used. Any thread.
using System.Collections.Concurrent;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The open ledgers of a store.</summary>
/// <param name="isSuspect">The store is served although it contradicts what it signed: nothing is refused.</param>
/// <param name="open">Reads a ledger's state from its files; called once for each id, under the lock.</param>
internal sealed class OpenLedgers(
    StoreGround ground, StoreKeys keys, GrowthQueue growth, bool isSuspect, Func<uint, OpenLedger> open)
{
    private readonly ConcurrentDictionary<uint, OpenLedger> _open = new();
    private readonly Lock _opening = new();
    private readonly Lock _checking = new();

    public ICollection<OpenLedger> All => _open.Values;

    /// <summary>The newest checkpoint of a ledger in the journal as it was found, flushed frames included: what a
    /// damaged ledger's own files may have lost. Set while the store is opened, as long as those files are there.
    /// </summary>
    public Func<uint, CheckpointRecord?> FindJournaled { get; set; } = static _ => null;

    public bool IsOpen(uint id) => _open.ContainsKey(id);

    /// <summary>The ledger, opened if need be.</summary>
    public OpenLedger Get(uint id) => _open.TryGetValue(id, out OpenLedger? ledger) ? ledger : OpenSlow(id);

    /// <summary>The ledger, opened if need be and compared with what it signed.</summary>
    /// <exception cref="StoreException">RollbackDetected: the ledger's data is not what was signed.</exception>
    public OpenLedger GetChecked(uint id) => Check(Get(id));

    /// <summary>The ledger; a new one is opened by the given function. Recovery, which runs alone.</summary>
    public OpenLedger GetOrAdd(uint id, long firstIndex, Func<uint, long, OpenLedger> openAt)
    {
        if (!_open.TryGetValue(id, out OpenLedger? ledger))
        {
            ledger = openAt(id, firstIndex);
            _open[id] = ledger;
        }

        return ledger;
    }

    /// <summary>Compares a ledger with what it signed, if that was not done yet.</summary>
    /// <exception cref="StoreException">RollbackDetected: the ledger's data is not what was signed.</exception>
    public OpenLedger Check(OpenLedger ledger)
    {
        if (!ledger.IsChecked)
        {
            lock (_checking)
            {
                if (!ledger.IsChecked)
                {
                    CheckSlow(ledger);
                }
            }
        }

        return ledger;
    }

    /// <summary>Compares one more checkpoint with the data: recovery looks at every one that the journal holds.
    /// </summary>
    /// <exception cref="StoreException">RollbackDetected: the ledger's data is not what was signed.</exception>
    public void CheckOlder(OpenLedger ledger, CheckpointRecord older)
    {
        Check(ledger);
        if (isSuspect || ReferenceEquals(older, ledger.Newest))
        {
            return;
        }

        if (ledger.Damage is not null)
        {
            // There is no sound data to compare it with, so its signature must do.
            VerifyNote(ledger, older);
        }

        if (FindDamage(ledger, older) is { } damage)
        {
            ledger.StopSigning(damage);
        }
    }

    /// <summary>The store is poisoned, or closed: who waits for a checkpoint is told.</summary>
    public void StopSigning(Exception cause)
    {
        foreach (OpenLedger ledger in All)
        {
            ledger.StopSigning(cause);
        }
    }

    /// <summary>Reads a state.log beside its writer, who appends behind what is read here.</summary>
    public LedgerState ReadState(uint id)
    {
        LedgerStateLog.Open(
            ground.Files, ground.Paths, ground.StoreId, id, FileAccessMode.ReadOnly, out LedgerState state);
        return state;
    }

    private OpenLedger OpenSlow(uint id)
    {
        // One lock for all: opening is a few reads, and two objects for one ledger would be two truths.
        lock (_opening)
        {
            if (!_open.TryGetValue(id, out OpenLedger? ledger))
            {
                ledger = open(id);
                _open[id] = ledger;
            }

            return ledger;
        }
    }

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

        Exception? failure = ledger.Newest is { } newest ? CheckNewest(ledger, newest) : null;
        if (ledger.Damage is not null)
        {
            Withhold(ledger);
        }

        ledger.BeginSigning(failure);
        if (ledger.ReadableSize > ledger.SignedSize)
        {
            // It grew before somebody could sign it: before a crash, or while the store had no key.
            growth.Note(ledger);
        }
    }

    /// <returns>Why nothing more of it is signed; null when it is what it signed.</returns>
    private Exception? CheckNewest(OpenLedger ledger, CheckpointRecord newest)
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
        CheckpointCheck.VerifyNote(ledger, signed, keys.CheckedKeysOf(ledger.Id, ledger.Origin));

    /// <returns>Why the data cannot be compared with a checkpoint; null when it was, and is what was signed.</returns>
    private static StoreException? FindDamage(OpenLedger ledger, CheckpointRecord signed)
    {
        try
        {
            CheckpointCheck.Verify(ledger, signed);
            return null;
        }
        catch (StoreException lost) when (lost.Reason == StoreReason.DataLoss)
        {
            // Damage is not a rollback: what is sound of the ledger is served, and nothing more of it is signed.
            return lost;
        }
    }
}
