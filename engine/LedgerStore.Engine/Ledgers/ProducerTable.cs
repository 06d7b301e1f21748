// All producers of one ledger: who may append what next (docs/FORMAT.md, PRODUCER).
// Owned by the Gate: every call under the Gate's lock. Pure: no time, no files.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Finds the window of a producer, bounds their number, and knows which ones state.log does not
/// hold.</summary>
internal sealed class ProducerTable
{
    private readonly int _producersPerIdentityMax;
    private readonly ProducerCensus _census;
    private readonly Dictionary<ProducerKey, ProducerWindow> _windows = new(ProducerKeyComparer.Instance);
    private readonly Dictionary<byte[], int> _perIdentity = new(IdentityComparer.Instance);

    // Windows with batches that no snapshot holds, each once.
    private readonly List<ProducerWindow> _unsaved = [];

    /// <param name="producersPerIdentityMax">StoreLimits.ProducersPerIdentityMax, smaller in tests.</param>
    /// <param name="census">Counts the producers of all ledgers of the store.</param>
    public ProducerTable(int producersPerIdentityMax, ProducerCensus census)
    {
        _producersPerIdentityMax = producersPerIdentityMax;
        _census = census;
    }

    /// <summary>Of a ledger that is alone.</summary>
    public ProducerTable(int producersPerIdentityMax)
        : this(producersPerIdentityMax, new ProducerCensus(producersPerIdentityMax))
    {
    }

    public int Count => _windows.Count;

    /// <summary>What to do with a batch. Changes nothing: a refused batch leaves no trace.</summary>
    /// <param name="window">The producer's window, null for its first batch; hand it to <see cref="Record"/>.</param>
    /// <exception cref="StoreException">LimitReached: a new name, and the identity has used up its names.</exception>
    public ProducerDecision Decide(
        ProducerName name, long firstSequence, int count, UInt128 fingerprint, out ProducerWindow? window)
    {
        window = Find(name);
        if (window is not null)
        {
            return window.Decide(firstSequence, count, fingerprint);
        }

        if (firstSequence != 1)
        {
            return new(ProducerVerdict.Gap, 1, default, 0);
        }

        CheckRoom(name.Identity);
        return new(ProducerVerdict.Append, 1, default, 0);
    }

    public ProducerWindow? Find(ProducerName name) =>
        _windows.GetAlternateLookup<ProducerName>().TryGetValue(name, out ProducerWindow? window) ? window : null;

    /// <summary>Remembers a batch that <see cref="Decide"/> said to append.</summary>
    /// <param name="position">The end of its journal frame: durable from there on.</param>
    public void Record(ProducerName name, ProducerWindow? window, in BatchAnswer answer, long position)
    {
        window ??= Add(name);
        window.Record(answer, position);
        ListUnsaved(window);
    }

    /// <summary>Recovery: a batch found in the journal, which a snapshot may hold already.</summary>
    /// <returns>False when journal and snapshot contradict each other: one of them is damaged.</returns>
    public bool TryReplay(ProducerName name, in BatchAnswer answer, long position)
    {
        ProducerWindow? window = Find(name);
        if (window is null)
        {
            if (answer.FirstSequence != 1)
            {
                return false;
            }

            // No limit here: it was below the limit of its time when it was acknowledged.
            window = Add(name);
        }

        bool agrees = window.TryReplay(answer, position);
        ListUnsaved(window);
        return agrees;
    }

    /// <summary>Takes over a snapshot from state.log; a newer one replaces an older one.</summary>
    public void Restore(ProducerSnapshot snapshot)
    {
        var name = new ProducerName(snapshot.Identity, snapshot.Producer);
        (Find(name) ?? Add(name)).Restore(snapshot);
    }

    /// <summary>
    /// Adds snapshots of producers with unsaved batches, at most <paramref name="max"/> of them, so that the Gate's
    /// lock is held shortly. Between the first call and <see cref="MarkSaved"/>, batches may be recorded.
    /// </summary>
    /// <param name="cursor">0 at first, then what the last call returned.</param>
    /// <returns>Where to go on; -1 when all were looked at.</returns>
    public int CollectSnapshots(long durablePosition, int cursor, int max, List<ProducerSnapshot> into)
    {
        int end = (int)Math.Min(_unsaved.Count, (long)cursor + max);
        for (int i = cursor; i < end; i++)
        {
            if (_unsaved[i].HasUnsavedBatchesUpTo(durablePosition)
                && _unsaved[i].Snapshot(durablePosition) is { } snapshot)
            {
                into.Add(snapshot);
            }
        }

        return end == _unsaved.Count ? -1 : end;
    }

    /// <summary>The snapshots that were collected with this durable position are durable in state.log.</summary>
    public void MarkSaved(long durablePosition)
    {
        foreach (ProducerWindow window in _unsaved)
        {
            window.MarkSaved(durablePosition);
        }

        DropSaved();
    }

    private void ListUnsaved(ProducerWindow window)
    {
        if (window.HasUnsaved && !window.IsListed)
        {
            window.IsListed = true;
            _unsaved.Add(window);
        }
    }

    private void DropSaved() => _unsaved.RemoveAll(static window =>
    {
        if (!window.HasUnsaved)
        {
            window.IsListed = false;
        }

        return !window.IsListed;
    });

    private ProducerWindow Add(ProducerName name)
    {
        ProducerKey key = ProducerKeyComparer.Instance.Create(name);
        var window = new ProducerWindow(key.Identity, key.Producer);
        _windows.Add(key, window);
        var perIdentity = _perIdentity.GetAlternateLookup<ReadOnlySpan<byte>>();
        perIdentity.TryGetValue(name.Identity, out int producers);
        perIdentity[name.Identity] = producers + 1;
        _census.Add(name.Identity);
        return window;
    }

    private void CheckRoom(ReadOnlySpan<byte> identity)
    {
        _perIdentity.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(identity, out int producers);
        if (producers >= _producersPerIdentityMax)
        {
            throw new StoreException(
                StoreReason.LimitReached,
                $"this identity has {producers:N0} producers on the ledger and the limit is "
                + $"{_producersPerIdentityMax:N0}; a producer is never forgotten: use one of its names again");
        }

        // Of new producers only: this lock is not on the way of a batch.
        int everywhere = _census.CountOf(identity);
        if (everywhere >= _census.PerIdentityMax)
        {
            throw new StoreException(
                StoreReason.LimitReached,
                $"this identity has {everywhere:N0} producers on all ledgers in use and the limit is "
                + $"{_census.PerIdentityMax:N0}; a producer is never forgotten: use one of its names again");
        }
    }
}
