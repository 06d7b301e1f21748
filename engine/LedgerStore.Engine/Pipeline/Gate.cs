// The one hot lock: here batches get their order, their indexes and their time.
// Called by every thread that appends, by the sequencer (Take, GiveBack) and by the flusher (Retry, Refuse, Allow).
using LedgerStore.Engine.Entries;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

/// <summary>Admits batches, one after the other, into the buffer that becomes the next frame.</summary>
/// <remarks>
/// The lock protects the buffers, the queue of those who wait for room, and the gate's part of every ledger (next
/// index, producers). Under it there is no waiting, no system call and no user code; the longest work is the copy of
/// one batch. First come, first served: while anybody waits, nobody overtakes, or a producer's batches could swap.
/// </remarks>
internal sealed partial class Gate
{
    private readonly Lock _lock = new();
    private readonly Stack<AppendBuffer> _free;
    private readonly Queue<AppendBuffer> _full = new();
    private readonly Func<long> _clock;
    private readonly Func<bool> _isJournalReady;
    private readonly Doorbell _sequencerBell;
    private readonly Doorbell _flusherBell;
    private AppendBuffer? _filling;
    private long _lastFrame;
    private long _lastMicros;
    private bool _closed;
    private bool _isFrameRequested;
    private Exception? _failure;

    /// <param name="sequencerBell">Rung when a frame can be taken.</param>
    /// <param name="flusherBell">Rung when a batch waits until the reserve has grown.</param>
    public Gate(
        AppendBuffer[] buffers,
        long lastFrame,
        Backlog backlog,
        Func<long> clock,
        Func<bool> isJournalReady,
        Doorbell sequencerBell,
        Doorbell flusherBell)
    {
        _free = new Stack<AppendBuffer>(buffers);
        (_lastFrame, Backlog, _clock, _isJournalReady) = (lastFrame, backlog, clock, isJournalReady);
        (_sequencerBell, _flusherBell) = (sequencerBell, flusherBell);
        DurableFrame = new Watermark(lastFrame, StoreLimits.WaitersMax);
    }

    /// <summary>The last frame that is durable: what an answer to a repeated batch waits for.</summary>
    public Watermark DurableFrame { get; }

    /// <summary>Offers a batch. Its answer comes through the operation, now or when the frame is durable.</summary>
    /// <returns>False when it has to wait for room: then, and only then, it can be cancelled.</returns>
    /// <exception cref="StoreException">Closed, or too many wait already. The operation was not taken.</exception>
    public bool Admit(AppendOperation operation)
    {
        bool signal;
        bool isAdmitted;
        lock (_lock)
        {
            if (_failure is not null)
            {
                throw Failed(_failure);
            }

            if (_closed)
            {
                throw new StoreException(StoreReason.Closed, "the store is closed; the batch was not appended");
            }

            // Who is refused for want of space is told at once: he overtakes nobody, for all who wait then are let in.
            isAdmitted = (_waiting.Count == 0 || IsRefused(operation)) && TryAdmit(operation);
            if (!isAdmitted)
            {
                Enqueue(operation);
            }

            signal = _filling is { IsEmpty: false } || _full.Count > 0;
        }

        // Outside the lock: waking a thread is a system call.
        if (signal)
        {
            _sequencerBell.Ring();
        }

        if (!isAdmitted && WantedBytes > 0)
        {
            _flusherBell.Ring();
        }

        return isAdmitted;
    }

    /// <summary>Takes the oldest frame that has anything in it; null when there is none. Called by the
    /// sequencer.</summary>
    public AppendBuffer? Take()
    {
        lock (_lock)
        {
            if (_full.TryDequeue(out AppendBuffer? full))
            {
                return full;
            }

            if (_filling is not { IsEmpty: false } && !TryFillWithNothing())
            {
                return null;
            }

            AppendBuffer? filling = _filling;
            _filling = null;
            _isFrameRequested = false;
            return filling;
        }
    }

    /// <summary>Asks for a frame even if there is nothing to put into it: it carries the journal's own news.</summary>
    public void RequestFrame()
    {
        lock (_lock)
        {
            _isFrameRequested = true;
        }

        _sequencerBell.Ring();
    }

    /// <summary>Takes an empty frame, for a marker. Only while nothing else is under way.</summary>
    public AppendBuffer TakeEmpty()
    {
        lock (_lock)
        {
            Invariant.That(_full.Count == 0 && _filling is null or { IsEmpty: true }, "all frames are written");
            AppendBuffer? buffer = _filling;
            if (buffer is null)
            {
                buffer = _free.Pop();
                buffer.Begin(++_lastFrame);
            }

            _filling = null;
            return buffer;
        }
    }

    /// <summary>Gets a buffer back that the sequencer and the bundler are both done with.</summary>
    public void GiveBack(AppendBuffer buffer)
    {
        bool isAwaited;
        lock (_lock)
        {
            _free.Push(buffer);
            isAwaited = _isFrameRequested;
        }

        if (isAwaited)
        {
            // The sequencer may have found no buffer for the frame that was asked for, and sleep since.
            _sequencerBell.Ring();
        }

        Retry();
    }

    /// <summary>Admits those who wait, in their order, as far as there is room now.</summary>
    public void Retry()
    {
        StageMark started = StageClock.Start();
        bool signal = false;
        bool isSpaceWanted;
        lock (_lock)
        {
            while (_waiting.First is { } first && TryAdmit(first.Value))
            {
                Dequeue(first);
                signal = true;
            }

            isSpaceWanted = _waiting.Count > 0 && WantedBytes > 0;
        }

        if (signal)
        {
            _sequencerBell.Ring();
        }

        if (isSpaceWanted)
        {
            _flusherBell.Ring();
        }

        StageClock.End(Stage.Gate, started);
    }

    /// <summary>No more batches. Those admitted will be written; those who wait are told that theirs are not.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            FailWaiting(
                new StoreException(StoreReason.Closed, "the store is closing; the batch was not appended"),
                static _ => true);
        }
    }

    /// <summary>Runs a question or change of the gate's part of a ledger under the lock. Short, and without calls
    /// out.</summary>
    public T Locked<T>(Func<T> action)
    {
        lock (_lock)
        {
            return action();
        }
    }

    /// <summary>The same for a change.</summary>
    public void Locked(Action change)
    {
        lock (_lock)
        {
            change();
        }
    }

    /// <summary>Fails everybody whose frame is not durable: the store is poisoned, nobody knows what is on the
    /// disk.</summary>
    public void FailAll(Exception cause)
    {
        lock (_lock)
        {
            // Nothing is admitted from here on: it would wait for ever.
            _failure = cause;
            FailWaiting(Failed(cause), static _ => true);
            while (_full.TryDequeue(out AppendBuffer? full))
            {
                FailOperations(full, cause);
            }

            if (_filling is not null)
            {
                FailOperations(_filling, cause);
                _filling = null;
            }
        }

        DurableFrame.Fault(cause);
    }

    /// <summary>Fails all who wait for this frame, once each: whether it is stored, only a restart will tell.</summary>
    public static void FailOperations(AppendBuffer buffer, Exception cause)
    {
        foreach (AppendOperation operation in buffer.Operations)
        {
            operation.Fail(Failed(cause));
        }

        buffer.Operations.Clear();
    }

    private static StoreException Failed(Exception cause) => new(
        StoreReason.StorageFailed,
        "the store has stopped; whether this batch is stored is unknown. Check the disk, restart, and send it again "
        + "with the same producer and sequence. The first failure was: " + cause.Message,
        cause);

    /// <summary>Decides about one batch. Under the lock.</summary>
    /// <returns>False: there is no room now. True: it was admitted, answered or refused.</returns>
    private bool TryAdmit(AppendOperation operation)
    {
        try
        {
            if (Refusal(operation) is { } refusal)
            {
                Answer(operation, refusal);
                return true;
            }

            OpenLedger ledger = operation.Ledger;
            ProducerWindow? window = null;
            ProducerName name = operation.HasProducer ? NameOf(operation) : default;
            if (operation.HasProducer && !MayAppend(operation, name, out window))
            {
                return true;
            }

            if (operation.ExpectedSize >= 0 && operation.ExpectedSize != ledger.NextIndex)
            {
                Answer(operation, WrongSize(operation));
                return true;
            }

            if (!HasSpace(operation, window) || !TryMakeRoom(operation.SectionBytes))
            {
                return false;
            }

            Backlog.Add(operation, window);
            BatchAnswer answer = Place(operation);
            if (operation.HasProducer)
            {
                ledger.Producers.Record(name, window, answer, _filling!.FrameNumber);
            }

            operation.ReturnBuilt();
            return true;
        }
        catch (StoreException refused)
        {
            Answer(operation, refused);
            return true;
        }
    }

    /// <summary>Makes the filling buffer one that has room. Under the lock.</summary>
    private bool TryMakeRoom(int sectionBytes)
    {
        return (_filling is not null && _filling.HasRoomFor(sectionBytes)) || TryBeginFrame();
    }

    /// <summary>Makes the filling buffer an empty one. Under the lock.</summary>
    private bool TryBeginFrame()
    {
        // A new frame is begun only while a whole journal file is ready behind the current one: all buffers together
        // fit one file, so a frame that was begun always finds its place without asking the disk for space.
        if (_free.Count == 0 || !_isJournalReady())
        {
            return false;
        }

        if (_filling is not null)
        {
            _full.Enqueue(_filling);
        }

        _filling = _free.Pop();
        _filling.Begin(++_lastFrame);
        return true;
    }

    /// <summary>Makes the filling buffer an empty frame that was asked for. Under the lock.</summary>
    private bool TryFillWithNothing()
    {
        if (!_isFrameRequested || (_filling is null && _free.Count == 0))
        {
            return false;
        }

        if (_filling is null)
        {
            _filling = _free.Pop();
            _filling.Begin(++_lastFrame);
        }

        return true;
    }

    /// <summary>Gives the batch its indexes and its time, and copies it into the frame. Under the lock.</summary>
    private BatchAnswer Place(AppendOperation operation)
    {
        AppendBuffer buffer = _filling!;
        OpenLedger ledger = operation.Ledger;
        _lastMicros = Math.Max(_clock(), _lastMicros);
        operation.FirstIndex = ledger.NextIndex;
        operation.ReceivedMicros = _lastMicros;

        StageMark started = StageClock.Start();
        Span<byte> section = buffer.Reserve(operation.BuiltBytes);
        Span<byte> entries = section.Slice(SectionHeader.Bytes, operation.BuiltBytes);
        operation.Built.CopyTo(entries);
        EntryBuilder.StampTime(entries, _lastMicros);
        new SectionHeader(
            SectionType.Append,
            operation.HasProducer,
            ledger.Id,
            operation.FirstIndex,
            operation.Count,
            operation.BuiltBytes,
            operation.FirstSequence,
            _lastMicros,
            operation.Fingerprint).Write(section);
        StageClock.End(Stage.Copy, started);

        ledger.NextIndex += operation.Count;
        buffer.Add(operation);
        return new BatchAnswer(
            operation.FirstSequence, operation.Count, operation.FirstIndex, _lastMicros, operation.Fingerprint);
    }
}
