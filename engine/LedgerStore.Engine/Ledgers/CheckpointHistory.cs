// The checkpoints of one running ledger: those in the journal that state.log has not got, and the published ones. The
// bundler notes what is in the journal, the flusher takes it into state.log, the checkpointer publishes; any thread
// reads. One lock, held for moments.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;

namespace LedgerStore.Engine.Ledgers;

/// <summary>What a ledger signed lately.</summary>
/// <remarks>What is older is in state.log, which is read for it when somebody asks.</remarks>
internal sealed class CheckpointHistory
{
    private readonly Lock _lock = new();
    private readonly Queue<CheckpointRecord> _recent = new();
    private CheckpointWindow? _unsaved;

    // What was handed over last: it may not be in the file yet.
    private IReadOnlyList<CheckpointRecord> _saving = [];
    private long _journaledSize = -1;
    private volatile CheckpointRecord? _newest;

    /// <summary>The newest one that was published; null before the first.</summary>
    public CheckpointRecord? Newest => _newest;

    /// <summary>Starts with the newest one that the ledger's files know of.</summary>
    public void Restore(CheckpointRecord newest)
    {
        lock (_lock)
        {
            if (_newest is null || newest.Size >= _newest.Size)
            {
                _newest = newest;
            }

            _journaledSize = Math.Max(_journaledSize, newest.Size);
        }
    }

    /// <summary>Shows none: the data contradicts what was signed.</summary>
    public void Forget() => _newest = null;

    /// <summary>A frame of the journal holds it: state.log must have it before the journal file goes.</summary>
    public void NoteJournaled(CheckpointRecord record)
    {
        lock (_lock)
        {
            if (record.Size <= _journaledSize)
            {
                // A replay meets again what a flush has saved already.
                return;
            }

            _journaledSize = record.Size;
            _unsaved ??= new CheckpointWindow();
            _unsaved.TryAdd(record, out _);
        }
    }

    /// <summary>Hands over to state.log what it has not got.</summary>
    public void StageInto(LedgerStateLog state)
    {
        IReadOnlyList<CheckpointRecord> records;
        lock (_lock)
        {
            records = _unsaved?.TakeAll() ?? [];
            _saving = records;
        }

        foreach (CheckpointRecord record in records)
        {
            state.Stage(record);
        }
    }

    /// <summary>It is durable: from now on everybody may see it.</summary>
    public void Publish(CheckpointRecord record)
    {
        lock (_lock)
        {
            if (_recent.Count == CheckpointWindow.Newest)
            {
                _recent.Dequeue();
            }

            _recent.Enqueue(record);
            _newest = record;
        }
    }

    /// <summary>The smallest published one of at least this size, as far as memory knows.</summary>
    /// <param name="isExact">False when state.log may have a smaller one.</param>
    public CheckpointRecord? FindAtLeast(long size, out bool isExact)
    {
        lock (_lock)
        {
            isExact = _recent.TryPeek(out CheckpointRecord? oldest) && oldest.Size <= size;
            CheckpointRecord? found = _newest is { } newest && newest.Size >= size ? newest : null;
            if (found is null)
            {
                return null;
            }

            found = Smallest(_recent, size, found);
            if (!isExact)
            {
                found = Smallest(_saving, size, found);
                found = Smallest(_unsaved?.Records ?? [], size, found);
                isExact = found.Size == size;
            }

            return found;
        }
    }

    // What is in the journal and not published yet is larger than the newest, and so never the smallest.
    private static CheckpointRecord Smallest(
        IEnumerable<CheckpointRecord> records, long size, CheckpointRecord found)
    {
        foreach (CheckpointRecord record in records)
        {
            if (record.Size >= size && record.Size < found.Size)
            {
                found = record;
            }
        }

        return found;
    }
}
