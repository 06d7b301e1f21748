// Batches that were taken and not answered yet, in order; and how far the present stream has got with them.
// The sending and the receiving half of the sender use it at the same time: one lock.

namespace LedgerStore.Client;

internal sealed class InFlight
{
    private readonly Lock gate = new();
    private readonly Queue<OutgoingBatch> batches = new();

    private int records;

    // Of the batches, from the front: those that were written to the present stream.
    private int written;

    internal int Count
    {
        get
        {
            lock (gate)
            {
                return batches.Count;
            }
        }
    }

    internal UnderWay Load
    {
        get
        {
            lock (gate)
            {
                return new UnderWay(batches.Count, records);
            }
        }
    }

    /// <summary>When the oldest batch of the present stream was written; null if none waits for an answer.</summary>
    internal long? OldestSentAt
    {
        get
        {
            lock (gate)
            {
                return written > 0 ? batches.Peek().SentAt : null;
            }
        }
    }

    internal void Add(OutgoingBatch batch)
    {
        lock (gate)
        {
            batches.Enqueue(batch);
            records += batch.Count;
        }
    }

    /// <summary>The next one is about to be written. From here on it may be stored, whatever happens.</summary>
    internal void Written(OutgoingBatch batch, long now)
    {
        lock (gate)
        {
            batch.SentAt = now;
            written++;
        }
    }

    /// <summary>The batch an answer belongs to. Null: nothing was asked that this could answer.</summary>
    internal OutgoingBatch? Answered()
    {
        lock (gate)
        {
            if (written == 0)
            {
                return null;
            }

            written--;
            return Remove();
        }
    }

    /// <summary>A new stream begins: what is here has to be written to it.</summary>
    internal OutgoingBatch[] StartStream()
    {
        lock (gate)
        {
            written = 0;
            return [.. batches];
        }
    }

    /// <summary>The stream broke off: what was written to it may be stored.</summary>
    internal void MarkWritten()
    {
        lock (gate)
        {
            foreach (OutgoingBatch batch in batches.Take(written))
            {
                batch.MayBeStored = true;
            }
        }
    }

    internal OutgoingBatch? Peek()
    {
        lock (gate)
        {
            return batches.TryPeek(out OutgoingBatch? batch) ? batch : null;
        }
    }

    /// <summary>Takes out the first one, which is given up.</summary>
    internal OutgoingBatch Drop()
    {
        lock (gate)
        {
            written = Math.Max(0, written - 1);
            return Remove();
        }
    }

    private OutgoingBatch Remove()
    {
        OutgoingBatch first = batches.Dequeue();
        records -= first.Count;
        return first;
    }
}
