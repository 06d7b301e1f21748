// The bundler's part that writes: full blocks as soon as they are durable in the journal, partial ones when the
// flusher wants the journal's oldest file back.
// On the bundler's thread.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Engine.Pipeline;

internal sealed partial class Bundler
{
    // Ledgers with full bundles that are not on the disk yet, each once.
    private readonly Queue<OpenLedger> _unwritten = new();

    // Ledgers that a journal file holds unflushed entries of.
    private readonly Dictionary<long, List<OpenLedger>> _touched = [];

    private FlushTicket? _ticket;
    private long _heldBytes;

    /// <summary>Memory of all bundles that are not on the disk yet, open or full.</summary>
    public long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>Asks for everything up to a journal file to be written into the ledgers' files.</summary>
    /// <remarks>Called by the flusher, one ticket at a time.</remarks>
    public void Ask(FlushTicket ticket)
    {
        Invariant.That(Interlocked.CompareExchange(ref _ticket, ticket, null) is null, "one flush at a time");
        bell.Ring();
    }

    /// <summary>Remembers that a journal file holds entries of the ledger, from its present size on, or its newest
    /// checkpoint: the next flush is of this ledger too.</summary>
    public void Touch(OpenLedger ledger, long fileNumber)
    {
        if (ledger.LastJournalFile == fileNumber)
        {
            return;
        }

        ledger.LastJournalFile = fileNumber;
        ledger.JournalStarts.Enqueue(new JournalStart(fileNumber, ledger.Tail.Size));
        if (!_touched.TryGetValue(fileNumber, out List<OpenLedger>? ledgersOfFile))
        {
            _touched.Add(fileNumber, ledgersOfFile = []);
        }

        ledgersOfFile.Add(ledger);
    }

    private void ExpectWrite(OpenLedger ledger)
    {
        if (!ledger.IsWriteExpected)
        {
            ledger.IsWriteExpected = true;
            _unwritten.Enqueue(ledger);
        }
    }

    /// <summary>Writes the full blocks that the journal covers.</summary>
    private bool WriteDurable()
    {
        bool wrote = false;
        for (int left = _unwritten.Count; left > 0; left--)
        {
            OpenLedger ledger = _unwritten.Peek();
            if (!TryWriteDurable(ledger, ref wrote))
            {
                return wrote;
            }

            _unwritten.Dequeue();
            if (ledger.Tail.TryPeekUnwritten(out _))
            {
                _unwritten.Enqueue(ledger);
            }
            else
            {
                ledger.IsWriteExpected = false;
            }
        }

        return wrote;
    }

    /// <returns>False when the disk is full.</returns>
    private bool TryWriteDurable(OpenLedger ledger, ref bool wrote)
    {
        long durable = ledger.Durable.Value;
        while (ledger.Tail.TryPeekUnwritten(out OpenBundle? bundle)
            && bundle.FirstIndex + StoreLimits.EntriesPerBundle <= durable)
        {
            try
            {
                ledger.Appender.Write(bundle);
            }
            catch (StorageException full) when (full.IsNoSpace)
            {
                disk.Report(DiskUser.Segments, full);
                return false;
            }

            Hold(-bundle.AccountedBytes);
            gate.Backlog.Settle(bundle);
            ledger.Keep(bundle);
            ledger.Tail.DropWritten();
            wrote = true;
        }

        if (wrote)
        {
            disk.Report(DiskUser.Segments, full: null);
        }

        return true;
    }

    /// <summary>The flusher's question, once the frames it asks about are processed.</summary>
    private FlushTicket? DueTicket() =>
        Volatile.Read(ref _ticket) is { } ticket && ProcessedFrame >= ticket.ThroughFrame ? ticket : null;

    /// <summary>Answers the flusher's question. Everything that was processed is durable.</summary>
    private bool AnswerFlush(FlushTicket ticket)
    {
        foreach (OpenLedger ledger in ticket.Strips)
        {
            Strip(ledger);
        }

        foreach (long file in _touched.Keys.Where(f => f <= ticket.ThroughFile).Order().ToList())
        {
            List<OpenLedger> touched = _touched[file];
            while (touched.Count > 0)
            {
                if (!TryFlush(touched[^1], ticket))
                {
                    return false;
                }

                touched.RemoveAt(touched.Count - 1);
            }

            _touched.Remove(file);
        }

        foreach (OpenLedger ledger in ticket.Strips)
        {
            // One that nothing was to be flushed of: state.log has to name its new file all the same.
            if (!ticket.Has(ledger))
            {
                SegmentAppender appender = ledger.Appender;
                ticket.Add(new LedgerFlush(
                    ledger, ledger.Tail.Size, appender.Segment, appender.Generation, appender.LastMicros,
                    appender.TakeCompleted()));
            }
        }

        Volatile.Write(ref _ticket, null);
        ticket.Complete();
        return true;
    }

    /// <summary>Writes the open segment again without what expired. What hinders it is tried again by
    /// tiering.</summary>
    private void Strip(OpenLedger ledger)
    {
        try
        {
            ledger.Appender.StripExpired(ledger.Segments.Expired);
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            disk.Report(DiskUser.Segments, full);
        }
        catch (BlockDamagedException)
        {
            // The scrubber and the readers say it; the file stays as it is.
        }
    }

    /// <summary>Writes what of a ledger the ticket asks for.</summary>
    /// <returns>False when the disk is full.</returns>
    private bool TryFlush(OpenLedger ledger, FlushTicket ticket)
    {
        Queue<JournalStart> starts = ledger.JournalStarts;
        if (!starts.TryPeek(out JournalStart oldest) || oldest.File > ticket.ThroughFile)
        {
            return true;
        }

        bool wrote = false;
        if (!TryWriteDurable(ledger, ref wrote) || !TryWritePartial(ledger, ticket, out long size))
        {
            return false;
        }

        while (starts.TryPeek(out JournalStart start) && start.File <= ticket.ThroughFile)
        {
            starts.Dequeue();
        }

        if (starts.Count == 0)
        {
            // A flush of everything ends in the middle of the present file: what comes next in it is tracked anew.
            ledger.LastJournalFile = 0;
        }

        SegmentAppender appender = ledger.Appender;
        ticket.Add(new LedgerFlush(
            ledger, size, appender.Segment, appender.Generation, appender.LastMicros, appender.TakeCompleted()));
        return true;
    }

    /// <summary>Writes the open bundle as a partial block, if entries of the files that are to go are in it.</summary>
    private bool TryWritePartial(OpenLedger ledger, FlushTicket ticket, out long size)
    {
        BundleTail tail = ledger.Tail;
        size = tail.WrittenStart;
        if (EndIn(ledger, ticket.ThroughFile) <= size)
        {
            return true;
        }

        Invariant.That(size == tail.OpenStart, "what a flush asks for is durable, so all full bundles are written");
        int count = (int)(Math.Min(ledger.Durable.Value, tail.Size) - size);
        size += count;
        if (tail.Open is not { } open)
        {
            return true;
        }

        try
        {
            ledger.Appender.WritePartial(open, count, workers.Own);
        }
        catch (StorageException full) when (full.IsNoSpace)
        {
            disk.Report(DiskUser.Segments, full);
            return false;
        }

        disk.Report(DiskUser.Segments, full: null);
        if (size == tail.Size)
        {
            Hold(-open.AccountedBytes);
            gate.Backlog.Settle(open);
            Volatile.Write(ref ledger.RestingBytes, Backlog.BytesOf(open));
            tail.Rest();
        }

        return true;
    }

    /// <summary>Where the ledger's entries in files up to this one end.</summary>
    private static long EndIn(OpenLedger ledger, long throughFile)
    {
        foreach (JournalStart start in ledger.JournalStarts)
        {
            if (start.File > throughFile)
            {
                return start.FirstIndex;
            }
        }

        return ledger.Tail.Size;
    }

    private void Hold(int bytes) => Interlocked.Add(ref _heldBytes, bytes);
}
