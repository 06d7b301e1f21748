// What was accepted and is not in the ledgers' files yet, as the space that it may take there.
// Counted up under the gate's lock, down by the bundler and, under the gate's lock, by the flusher. Anybody may read.
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

/// <summary>The space that has to be there for what was accepted.</summary>
/// <remarks>
/// Entries count until their full block is written, or their ledger rests. What a flush writes beside them (partial
/// blocks, records of state.log) counts once for each ledger and producer from one flush to the next.
/// </remarks>
internal sealed class Backlog(SpaceBudget budget)
{
    // Ends of flushes that were asked for: what was touched until then, and the last frame of that time.
    private readonly Queue<(long LastFrame, long Bytes)> _asked = new();
    private long _entries;
    private long _touched;
    private long _touchedSince;
    private long _held;
    private int _epoch = 1;

    /// <summary>Where nothing is kept and nothing is refused.</summary>
    public static Backlog Unbounded => new(default);

    public SpaceBudget Budget => budget;

    /// <summary>Bytes of the reserve, which is there for them. Set by whoever changes it.</summary>
    public long Held
    {
        get => Volatile.Read(ref _held);
        set => Volatile.Write(ref _held, value);
    }

    public long Bytes => Math.Max(0, Interlocked.Read(ref _entries)) + Volatile.Read(ref _touched);

    /// <summary>What a flush of everything would settle.</summary>
    public long TouchedBytes => Volatile.Read(ref _touched);

    /// <summary>What a batch will take. Under the gate's lock.</summary>
    /// <param name="window">Of its producer, if it has one and is known.</param>
    public long BytesOf(AppendOperation operation, ProducerWindow? window)
    {
        long bytes = SpaceBudget.EntriesBytes(operation.BuiltBytes, operation.Count);
        return bytes + LedgerBytesOf(operation.Ledger) + ProducerBytesOf(operation, window);
    }

    public bool HasRoom(SpaceUse use, long bytes) => budget.HasRoom(use, Held, Bytes, bytes);

    /// <summary>Counts a batch. Under the gate's lock.</summary>
    public void Add(AppendOperation operation, ProducerWindow? window)
    {
        Interlocked.Add(ref _entries, SpaceBudget.EntriesBytes(operation.BuiltBytes, operation.Count));
        Touch(LedgerBytesOf(operation.Ledger) + ProducerBytesOf(operation, window));
        operation.Ledger.BacklogEpoch = _epoch;
        if (window is not null)
        {
            window.BacklogEpoch = _epoch;
        }
    }

    /// <summary>Counts a checkpoint on its way into state.log. Under the gate's lock.</summary>
    public void AddCheckpoint(int storedBytes) => Touch(storedBytes);

    /// <summary>A flush was asked for: what is touched from here on is the next one's. Under the gate's lock.</summary>
    public void BeginFlush(long lastFrame)
    {
        _asked.Enqueue((lastFrame, _touchedSince));
        _touchedSince = 0;
        _epoch++;
    }

    /// <summary>Everything through a frame is in the ledgers' files, and committed. Under the gate's lock.</summary>
    public void EndFlush(long throughFrame)
    {
        while (_asked.TryPeek(out (long LastFrame, long Bytes) asked) && asked.LastFrame <= throughFrame)
        {
            _asked.Dequeue();
            Volatile.Write(ref _touched, _touched - asked.Bytes);
        }
    }

    /// <summary>Entries are on the disk, or come back from there. On the bundler's thread.</summary>
    public void Settle(OpenBundle bundle) => Interlocked.Add(ref _entries, -BytesOf(bundle));

    public void Unsettle(OpenBundle bundle) => Interlocked.Add(ref _entries, BytesOf(bundle));

    public static long BytesOf(OpenBundle bundle) => SpaceBudget.EntriesBytes(bundle.Bytes, bundle.Count);

    /// <summary>A recovery has brought everything into the files. While nobody appends.</summary>
    public void Clear()
    {
        _entries = 0;
        _touched = 0;
        _touchedSince = 0;
        _asked.Clear();
        _epoch++;
    }

    // A resting ledger's open bundle is read back with its next entry, and written again with it.
    private long LedgerBytesOf(OpenLedger ledger) =>
        ledger.BacklogEpoch == _epoch ? 0 : SpaceBudget.LedgerBytes + Volatile.Read(ref ledger.RestingBytes);

    private long ProducerBytesOf(AppendOperation operation, ProducerWindow? window) =>
        !operation.HasProducer || window?.BacklogEpoch == _epoch ? 0 : SpaceBudget.ProducerBytes;

    private void Touch(long bytes)
    {
        Invariant.That(bytes >= 0, "what was accepted takes space");
        _touchedSince += bytes;
        Volatile.Write(ref _touched, _touched + bytes);
    }
}
