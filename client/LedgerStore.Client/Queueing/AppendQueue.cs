// What callers handed over and the server has not answered yet: order, room, and who waits for what.
// Callers put in, from any thread; the sender (or the spool) takes out and settles. One lock protects all of it.

namespace LedgerStore.Client;

/// <summary>Puts records into batches in the order of the calls, and tells each caller what became of them.</summary>
/// <remarks>
/// A ticket is the place of a record in the order of appending, from 1. Batches are settled in the order of their
/// tickets, so those who wait stand in three simple lines: for room, for the spool, for the answer.
/// </remarks>
internal sealed partial class AppendQueue
{
    // Waiters and batches that are kept for their next use; beyond that the garbage collector has them.
    private const int KeptWaiters = 4096;
    private const int KeptBatches = 64;

    // With this much waiting a batch leaves at once. With less it waits for the answer of what is under way, so that
    // few batches carry much; but behind a batch of a few records it leaves: then nothing is gained by waiting.
    private const int EagerBytes = 128 * 1024;
    private const int EagerBatches = 2;
    private const int FewRecords = 16;

    private readonly AppenderOptions _options;
    private readonly Signal _work;
    private readonly bool _isSpooled;

    // Protects everything below. Nothing waits under it, and no continuation runs under it.
    private readonly Lock _gate = new();
    private readonly Queue<AppendWaiter> _roomLine = new();
    private readonly Queue<AppendWaiter> _spoolLine = new();
    private readonly Queue<AppendWaiter> _answerLine = new();
    private readonly Queue<OutgoingBatch> _closed = new();
    private readonly Stack<AppendWaiter> _waiters = new();
    private readonly Stack<OutgoingBatch> _batches = new();
    private OutgoingBatch _open;
    private ulong _nextTicket;
    private ulong _spooledTicket;
    private ulong _settledTicket;
    private long _cost;
    private bool _isClosed;
    private AppendException? _postFailure;
    private AppendException? _failure;

    // The last TryPost found no room.
    private bool _isRefusing;

    // Records that came to nothing, and of which nobody knows; up to which ticket a failure of everything counted.
    private ulong _notStored;
    private ulong _unknown;
    private ulong _countedTicket;

    internal AppendQueue(AppenderOptions options, Signal work, ulong firstTicket)
    {
        _options = options;
        _work = work;
        _isSpooled = options.SpoolDirectory is not null;
        _nextTicket = firstTicket;
        _spooledTicket = firstTicket - 1;
        _settledTicket = firstTicket - 1;
        _open = Rent();
    }

    /// <summary>Records and their overhead that are in memory.</summary>
    internal long Cost
    {
        get
        {
            lock (_gate)
            {
                return _cost;
            }
        }
    }

    /// <summary>Records that were handed over and not answered yet.</summary>
    internal ulong Outstanding
    {
        get
        {
            lock (_gate)
            {
                return _nextTicket - 1 - _settledTicket;
            }
        }
    }

    /// <summary>Nothing more comes in, and everything that came in has been taken out.</summary>
    internal bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                return _isClosed && _roomLine.Count == 0 && _open.Count == 0 && _closed.Count == 0;
            }
        }
    }

    /// <summary>Hands over records, or gets in line for room.</summary>
    internal AppendWaiter HandIn(
        WaiterKind kind, ReadOnlyMemory<byte> records, ReadOnlyMemory<int> lengths, CancellationToken cancellation)
    {
        int count = lengths.IsEmpty ? 1 : lengths.Length;
        cancellation.ThrowIfCancellationRequested();
        AppendWaiter waiter;
        lock (_gate)
        {
            ThrowIfUnusable();
            waiter = RentWaiter();
            waiter.Kind = kind;
            waiter.Count = count;
            if (_roomLine.Count == 0 && HasRoom(OutgoingBatch.CostOf(records.Length, count)))
            {
                Accept(waiter, records.Span, lengths.Span);
                if (kind == WaiterKind.Post && !_isSpooled)
                {
                    // Room came between two looks. Completing it here runs nothing under the lock.
                    waiter.CompleteUnseen();
                }

                return waiter;
            }

            if (_roomLine.Count >= _options.WaitingCallsMax)
            {
                KeepSpare(waiter);
                throw new AppendException(
                    AppendOutcome.NotStored,
                    $"{_roomLine.Count:N0} calls wait for room already; slow down, or raise WaitingCallsMax",
                    cause: null);
            }

            waiter.Records = records;
            waiter.Lengths = lengths;
            waiter.IsInLine = true;
            _roomLine.Enqueue(waiter);
        }

        return waiter;
    }

    /// <summary>
    /// Hands over records that nobody waits for. Null: that was all; otherwise it waits for its turn.
    /// </summary>
    internal AppendWaiter? HandInPost(
        ReadOnlyMemory<byte> records, ReadOnlyMemory<int> lengths, CancellationToken cancellation)
    {
        int count = lengths.IsEmpty ? 1 : lengths.Length;
        if (!_isSpooled)
        {
            lock (_gate)
            {
                ThrowIfUnusable();
                if (_roomLine.Count == 0 && HasRoom(OutgoingBatch.CostOf(records.Length, count)))
                {
                    AddToOpen(records.Span, lengths.Span, count);
                    _open.HasPosts = true;
                    return null;
                }
            }
        }

        return HandIn(WaiterKind.Post, records, lengths, cancellation);
    }

    /// <summary>Hands over a record if there is room. Nobody waits for its answer.</summary>
    internal bool TryPost(ReadOnlySpan<byte> record)
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            _isRefusing = _roomLine.Count > 0 || !HasRoom(OutgoingBatch.CostOf(record.Length, 1));
            if (_isRefusing)
            {
                return false;
            }

            AddToOpen(record, default, 1);
            _open.HasPosts = true;
            return true;
        }
    }

    /// <summary>Waits until everything that was handed over before is answered.</summary>
    internal AppendWaiter HandInFlush()
    {
        AppendWaiter? waiter = null;
        bool isDone;
        lock (_gate)
        {
            waiter = RentWaiter();
            waiter.Kind = WaiterKind.Flush;
            waiter.Count = 0;
            isDone = _failure is not null || (_roomLine.Count == 0 && _settledTicket == _nextTicket - 1);
            if (!isDone && _roomLine.Count > 0)
            {
                // Behind those who wait for room: theirs were handed over before.
                waiter.Records = default;
                waiter.Lengths = default;
                waiter.IsInLine = true;
                _roomLine.Enqueue(waiter);
            }
            else if (!isDone)
            {
                waiter.Ticket = _nextTicket - 1;
                _answerLine.Enqueue(waiter);
            }
        }

        if (isDone)
        {
            Settle(waiter, default, TakePostFailure() ?? _failure, counted: false);
        }

        return waiter;
    }

    /// <summary>No more records come in. Those in the line for room still do.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        _work.Set();
    }

    /// <summary>A batch that can leave now, or null: what there is goes on filling.</summary>
    /// <param name="underWay">What waits for its answer; null: whatever there is, it will not be sent.</param>
    internal OutgoingBatch? TryTakeBatch(UnderWay? underWay)
    {
        lock (_gate)
        {
            if (_closed.Count > 0)
            {
                return _closed.Dequeue();
            }

            if (_open.Count == 0 || (underWay is { } load && !ShouldLeave(load)))
            {
                return null;
            }

            OutgoingBatch full = _open;
            _open = Rent();
            return full;
        }
    }

    internal OutgoingBatch RentBatch()
    {
        lock (_gate)
        {
            return Rent();
        }
    }

    internal void Return(OutgoingBatch batch)
    {
        batch.Clear();
        lock (_gate)
        {
            if (_batches.Count < KeptBatches)
            {
                _batches.Push(batch);
                return;
            }
        }

        batch.Release();
    }

    internal void Recycle(AppendWaiter waiter)
    {
        lock (_gate)
        {
            KeepSpare(waiter);
        }
    }

    private void ThrowIfUnusable()
    {
#pragma warning disable CA1513 // Callers know the appender, which is above its queue and cannot be named here.
        if (_isClosed)
        {
            throw new ObjectDisposedException("LedgerStore.Client.Appender");
        }
#pragma warning restore CA1513

        if (_failure is not null)
        {
            throw new AppendException(_failure);
        }
    }

    private bool ShouldLeave(UnderWay load) => _open.PayloadBytes >= EagerBytes
        || (!IsWaking && (load.Batches == 0 || (load.Batches < EagerBatches && load.Records < FewRecords)));

    private void Accept(AppendWaiter waiter, ReadOnlySpan<byte> records, ReadOnlySpan<int> lengths)
    {
        waiter.Ticket = _nextTicket;
        AddToOpen(records, lengths, waiter.Count);
        if (waiter.Kind == WaiterKind.Append)
        {
            _answerLine.Enqueue(waiter);
            return;
        }

        _open.HasPosts = true;
        if (_isSpooled)
        {
            _spoolLine.Enqueue(waiter);
        }
    }

    private void AddToOpen(ReadOnlySpan<byte> records, ReadOnlySpan<int> lengths, int count)
    {
        if (!_open.HasRoomFor(records.Length, count))
        {
            _closed.Enqueue(_open);
            _open = Rent();
            _work.Set();
        }

        bool isFirst = _open.Count == 0;
        int before = _open.PayloadBytes;
        if (isFirst)
        {
            _open.FirstTicket = _nextTicket;
        }

        if (lengths.IsEmpty)
        {
            _open.Add(records);
        }
        else
        {
            _open.Add(records, lengths);
        }

        _nextTicket += (ulong)count;
        _cost += OutgoingBatch.CostOf(records.Length, count);

        // The sender looks at an open batch when it begins and when it has become worth sending. Where others are being
        // woken, the last of them makes it look.
        if ((isFirst && !IsWaking) || (before < EagerBytes && _open.PayloadBytes >= EagerBytes))
        {
            _work.Set();
        }
    }

    private OutgoingBatch Rent() => _batches.TryPop(out OutgoingBatch? batch) ? batch : new OutgoingBatch();

    private AppendWaiter RentWaiter() =>
        _waiters.TryPop(out AppendWaiter? waiter) ? waiter : new AppendWaiter(this);

    private void KeepSpare(AppendWaiter waiter)
    {
        if (_waiters.Count < KeptWaiters)
        {
            _waiters.Push(waiter);
        }
    }

    /// <summary>The first failure of a posted record that nobody was told of yet.</summary>
    internal AppendException? TakePostFailure() => Interlocked.Exchange(ref _postFailure, null);
}
