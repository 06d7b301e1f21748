// The ledgers that are in use, by id. Each is opened when it is first asked for, and compared with what it signed
// before it is used. Any thread.
using System.Collections.Concurrent;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Ledgers;

/// <summary>The open ledgers of a store.</summary>
/// <param name="isSigned">False in a store that signs nothing: then nobody notes which ledgers grow.</param>
/// <param name="isSuspect">The store is served although it contradicts what it signed: nothing is refused.</param>
/// <param name="open">Reads a ledger's state from its files; called once for each id, under the lock.</param>
internal sealed partial class OpenLedgers(
    StoreGround ground, StoreKeys keys, bool isSigned, bool isSuspect, Func<uint, OpenLedger> open)
{
    private readonly ConcurrentDictionary<uint, OpenLedger> _open = new();
    private readonly ConcurrentQueue<OpenLedger> _grown = new();
    private readonly Lock _opening = new();
    private readonly Lock _checking = new();

    public ICollection<OpenLedger> All => _open.Values;

    /// <summary>The newest checkpoint of a ledger in the journal as it was found, flushed frames included: what a
    /// damaged ledger's own files may have lost. Set while the store is opened, as long as those files are there.
    /// </summary>
    public Func<uint, CheckpointRecord?> FindJournaled { get; set; } = static _ => null;

    /// <summary>Why a ledger is not what was signed about it elsewhere; null when it is. Set before the first ledger is
    /// checked.</summary>
    public Func<OpenLedger, StoreException?> FindContradicted { get; set; } = static _ => null;

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

    /// <summary>Ledgers that have grown since their last checkpoint: the cost of signing is theirs, not that of all
    /// there are.</summary>
    public int GrownCount => _grown.Count;

    /// <summary>Notes a ledger that has grown, once. The bundler calls it, and who finds that it has grown.</summary>
    public void NoteGrown(OpenLedger ledger)
    {
        if (isSigned && Interlocked.Exchange(ref ledger.GrowthNote, 1) == 0)
        {
            _grown.Enqueue(ledger);
        }
    }

    /// <summary>Takes one that has grown. Whatever it grows from now on notes it again. The checkpointer calls it.
    /// </summary>
    public OpenLedger? TakeGrown()
    {
        if (!_grown.TryDequeue(out OpenLedger? ledger))
        {
            return null;
        }

        // A full fence: the note is taken back before the taker looks how far the ledger is. Else a growth in between
        // would find it noted, and nobody would look at it.
        Interlocked.Exchange(ref ledger.GrowthNote, 0);
        return ledger;
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
}
