// The checkpoints of all ledgers that are in use, each checked against its data before it is used. Any thread.
using System.Collections.Concurrent;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Finds the checkpoints of a ledger.</summary>
/// <param name="isSuspect">The store is served although it contradicts what it signed: nothing is refused.</param>
/// <param name="readHistory">Reads the checkpoints that a ledger's state.log keeps.</param>
internal sealed class CheckpointBook(
    Catalog catalog,
    StoreKeys keys,
    GrowthQueue growth,
    bool isSuspect,
    Func<uint, IReadOnlyList<CheckpointRecord>> readHistory)
{
    // Hot tiles with the nodes inside them, of all ledgers: 32 MiB at most.
    private const int TilesMax = 2048;

    private readonly ConcurrentDictionary<uint, LedgerCheckpoints> _ledgers = new();
    private readonly TileNodes _tiles = new(TilesMax);

    public ICollection<LedgerCheckpoints> All => _ledgers.Values;

    /// <summary>The newest checkpoint of a ledger in the journal as it was found, flushed frames included: what a
    /// damaged ledger's own files may have lost. Set while the store is opened, as long as those files are there.
    /// </summary>
    public Func<uint, CheckpointRecord?> FindJournaled { get; set; } = static _ => null;

    /// <summary>The checkpoints of a ledger.</summary>
    /// <exception cref="StoreException">RollbackDetected: the ledger's data is not what was signed.</exception>
    public LedgerCheckpoints Of(LedgerLog log) =>
        _ledgers.TryGetValue(log.Id, out LedgerCheckpoints? ledger) ? ledger : AddSlow(log);

    /// <summary>Compares one more checkpoint with the data: recovery looks at every one that the journal
    /// holds.</summary>
    /// <exception cref="StoreException">RollbackDetected: the ledger's data is not what was signed.</exception>
    public void CheckOlder(LedgerLog log, CheckpointRecord older)
    {
        LedgerCheckpoints ledger = Of(log);
        if (isSuspect || ReferenceEquals(older, ledger.Newest))
        {
            return;
        }

        if (log.Reader.Damage is not null)
        {
            // There is no sound data to compare it with, so its signature must do.
            VerifyNote(ledger, older);
        }

        Check(ledger, older);
    }

    /// <summary>The store is poisoned: who waits for a checkpoint is told.</summary>
    public void FailAll(Exception cause)
    {
        foreach (LedgerCheckpoints ledger in _ledgers.Values)
        {
            ledger.Fail(cause);
        }
    }

    private LedgerCheckpoints AddSlow(LedgerLog log)
    {
        if (keys.RotationsOf(log.Id) is [.., var rotated]
            && rotated.Checkpoint.Size >= (log.Checkpoints.Newest?.Size ?? 0))
        {
            // Durable in the key log, and nowhere else.
            log.RestoreCheckpoint(rotated.Checkpoint);
        }

        if (log.Reader.Damage is not null
            && FindJournaled(log.Id) is { } journaled
            && journaled.Size > (log.Checkpoints.Newest?.Size ?? 0))
        {
            log.RestoreCheckpoint(journaled);
        }

        LedgerCheckpoints ledger = new(log, catalog.Find(log.Id)!.Origin, _tiles);
        if (ledger.Newest is { } newest)
        {
            ledger = CheckNewest(ledger, newest);
        }

        if (log.Reader.Damage is not null)
        {
            Withhold(ledger);
        }

        ledger = _ledgers.GetOrAdd(log.Id, ledger);
        if (ledger.SignableSize > ledger.SignedSize)
        {
            // It grew before somebody could sign it: before a crash, or while the store had no key.
            growth.Note(log);
        }

        return ledger;
    }

    private LedgerCheckpoints CheckNewest(LedgerCheckpoints ledger, CheckpointRecord newest)
    {
        try
        {
            VerifyNote(ledger, newest);
            Check(ledger, newest);
            return ledger;
        }
        catch (StoreException contradiction) when (isSuspect)
        {
            return ServeSuspect(ledger, contradiction);
        }
    }

    /// <summary>What is left of a damaged ledger is not long enough for its newest checkpoint; what an older one of
    /// its own contradicts is not served.</summary>
    private void Withhold(LedgerCheckpoints ledger)
    {
        LedgerLog log = ledger.Log;
        long found = log.FoundSize;
        CheckpointRecord? contradicted = null;
        foreach (CheckpointRecord older in History(log.Id).Where(one => one.Size <= found).Reverse())
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
                log.Reader.Withhold(
                    from, found, $"they contradict the signed checkpoint of {signed.Size:N0} entries");
            }
        }
    }

    private IReadOnlyList<CheckpointRecord> History(uint id)
    {
        try
        {
            return readHistory(id);
        }
        catch (Exception damage) when (damage is StoreException or StorageException or MalformedDataException)
        {
            // A state.log that cannot be read is what the ledger is damaged by.
            return [];
        }
    }

    private void VerifyNote(LedgerCheckpoints ledger, CheckpointRecord signed) =>
        CheckpointCheck.VerifyNote(ledger, signed, keys.CheckedKeysOf(ledger.Log.Id, ledger.Origin));

    /// <summary>Serves a ledger for what it is: with the newest checkpoint that its data does not contradict.</summary>
    private LedgerCheckpoints ServeSuspect(LedgerCheckpoints ledger, StoreException contradiction)
    {
        LedgerLog log = ledger.Log;
        log.Checkpoints.Forget();
        foreach (CheckpointRecord older in readHistory(log.Id).Reverse())
        {
            if (older.Size <= log.ReadableSize && ledger.Proofs.Root(older.Size) == older.Root)
            {
                log.Checkpoints.Restore(older);
                break;
            }
        }

        LedgerCheckpoints served = new(log, ledger.Origin, _tiles);
        served.Fail(contradiction);
        return served;
    }

    private static void Check(LedgerCheckpoints ledger, CheckpointRecord signed)
    {
        try
        {
            CheckpointCheck.Verify(ledger, signed);
        }
        catch (StoreException lost) when (lost.Reason == StoreReason.DataLoss)
        {
            // Damage is not a rollback: what is sound of the ledger is served, and nothing more of it is signed.
            ledger.Fail(lost);
        }
    }
}
