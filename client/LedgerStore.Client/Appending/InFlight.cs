// Batches that were taken and not answered yet, in order; and how far the present stream has got with them.
// The sending and the receiving half of the sender use it at the same time: one lock.

namespace LedgerStore.Client;

internal sealed class InFlight
{
    private readonly Lock _gate = new();
    private readonly Queue<OutgoingBatch> _batches = new();

    private int _records;

    // Of the batches, from the front: those that were written to the present stream.
    private int _written;

    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _batches.Count;
            }
        }
    }

    internal UnderWay Load
    {
        get
        {
            lock (_gate)
            {
                return new UnderWay(_batches.Count, _records);
            }
        }
    }

    /// <summary>When the oldest batch of the present stream was written; null if none waits for an answer.</summary>
    internal long? OldestSentAt
    {
        get
        {
            lock (_gate)
            {
                return _written > 0 ? _batches.Peek().SentAt : null;
            }
        }
    }

    internal void Add(OutgoingBatch batch)
    {
        lock (_gate)
        {
            _batches.Enqueue(batch);
            _records += batch.Count;
        }
    }

    /// <summary>The next one is about to be written. From here on it may be stored, whatever happens.</summary>
    internal void Written(OutgoingBatch batch, long now)
    {
        lock (_gate)
        {
            batch.SentAt = now;
            _written++;
        }
    }

    /// <summary>The batch an answer belongs to. Null: nothing was asked that this could answer.</summary>
    internal OutgoingBatch? Answered()
    {
        lock (_gate)
        {
            if (_written == 0)
            {
                return null;
            }

            _written--;
            return Remove();
        }
    }

    /// <summary>A new stream begins: what is here has to be written to it.</summary>
    internal OutgoingBatch[] StartStream()
    {
        lock (_gate)
        {
            _written = 0;
            return [.. _batches];
        }
    }

    /// <summary>The stream broke off: what was written to it may be stored.</summary>
    internal void MarkWritten()
    {
        lock (_gate)
        {
            foreach (OutgoingBatch batch in _batches.Take(_written))
            {
                batch.MayBeStored = true;
            }
        }
    }

    internal OutgoingBatch? Peek()
    {
        lock (_gate)
        {
            return _batches.TryPeek(out OutgoingBatch? batch) ? batch : null;
        }
    }

    /// <summary>Takes out the first one, which is given up.</summary>
    internal OutgoingBatch Drop()
    {
        lock (_gate)
        {
            _written = Math.Max(0, _written - 1);
            return Remove();
        }
    }

    private OutgoingBatch Remove()
    {
        OutgoingBatch first = _batches.Dequeue();
        _records -= first.Count;
        return first;
    }
}
