// The other half of the queue: batches are answered, and those who waited hear of it.
// Run by the sender and the spool, one at a time; the lock is the queue's.

namespace LedgerStore.Client;

internal sealed partial class AppendQueue
{
    // Who hears of the batch at hand. Used by the sender only, one batch at a time.
    private readonly List<AppendWaiter> _done = [];
    private readonly List<AppendWaiter> _admitted = [];

    // The same for the spool.
    private readonly List<AppendWaiter> _safe = [];

    /// <summary>The server stored a batch.</summary>
    internal void Complete(OutgoingBatch batch, in AppendedBatch answer, bool releases)
    {
        ulong first = batch.FirstTicket;
        Release(batch.LastTicket, releases ? batch.Cost : 0);
        BeginWaking(_done.Count);
        foreach (AppendWaiter waiter in _done)
        {
            // A flush that waited for tickets before this batch has none of its records.
            ulong offset = waiter.Ticket - first;
            Settle(
                waiter,
                answer with
                {
                    FirstIndex = answer.FirstIndex + offset,
                    Count = waiter.Count,
                    FirstSequence = answer.FirstSequence == 0 ? 0 : answer.FirstSequence + offset,
                },
                waiter.Kind == WaiterKind.Flush ? TakePostFailure() : null,
                counted: true);
        }

        SettleAdmitted(_admitted);
    }

    /// <summary>A batch came to nothing, or nobody knows.</summary>
    internal void Fail(OutgoingBatch batch, AppendException error, bool releases)
    {
        CountLost(error.Outcome, (ulong)batch.Count);
        if (batch.HasPosts)
        {
            Interlocked.CompareExchange(ref _postFailure, error, null);
        }

        Release(batch.LastTicket, releases ? batch.Cost : 0);
        BeginWaking(_done.Count);
        foreach (AppendWaiter waiter in _done)
        {
            Settle(waiter, default, waiter.Kind == WaiterKind.Flush ? TakePostFailure() : error, counted: true);
        }

        SettleAdmitted(_admitted);
    }

    /// <summary>Everything up to a ticket is safe in the spool.</summary>
    /// <param name="released">What of it is no longer in memory.</param>
    internal void Spooled(ulong ticket, long released)
    {
        _safe.Clear();
        lock (_gate)
        {
            _spooledTicket = ticket;
            _cost -= released;
            while (_spoolLine.TryPeek(out AppendWaiter? waiter)
                && waiter.Ticket + (ulong)waiter.Count - 1 <= _spooledTicket)
            {
                _safe.Add(_spoolLine.Dequeue());
            }

            AdvanceRoomLine(_safe);
        }

        SettleAdmitted(_safe);
    }

    /// <summary>Nothing works any more: those who wait, or will come, hear why.</summary>
    internal void FailAll(AppendException error)
    {
        List<AppendWaiter> failed = [];
        lock (_gate)
        {
            failed.AddRange(_spoolLine);
            failed.AddRange(_answerLine);
            _spoolLine.Clear();
            _answerLine.Clear();
            Abandon(error, failed);
        }

        foreach (AppendWaiter waiter in failed)
        {
            Settle(waiter, default, error, counted: false);
        }
    }

    /// <summary>What is not in the spool yet will not get there: those who wait for it hear why.</summary>
    internal void FailUnspooled(AppendException error)
    {
        List<AppendWaiter> failed = [];
        lock (_gate)
        {
            failed.AddRange(_spoolLine);
            _spoolLine.Clear();
            failed.AddRange(_answerLine.Where(waiter => waiter.Ticket > _spooledTicket));
            AppendWaiter[] safeOnes = [.. _answerLine.Where(waiter => waiter.Ticket <= _spooledTicket)];
            _answerLine.Clear();
            foreach (AppendWaiter waiter in safeOnes)
            {
                _answerLine.Enqueue(waiter);
            }

            Abandon(error, failed);
        }

        foreach (AppendWaiter waiter in failed)
        {
            Settle(waiter, default, error, counted: false);
        }
    }

    /// <summary>Records that are not stored and not in the spool, and those of which nobody knows, until now.</summary>
    internal (ulong NotStored, ulong Unknown) Lost
    {
        get
        {
            lock (_gate)
            {
                return (_notStored, _unknown);
            }
        }
    }

    /// <summary>There is no room.</summary>
    internal bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return _roomLine.Count > 0 || _isRefusing;
            }
        }
    }

    /// <summary>Nothing more comes in.</summary>
    internal bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed || _failure is not null;
            }
        }
    }

    // Under the lock. What was handed over and is in no safe place is lost.
    private void Abandon(AppendException error, List<AppendWaiter> failed)
    {
        _failure = error;
        failed.AddRange(_roomLine.Where(waiter => !waiter.IsAbandoned));
        _roomLine.Clear();
        _closed.Clear();
        _open = Rent();
        ulong settled = _isSpooled ? Math.Max(_spooledTicket, _settledTicket) : _settledTicket;
        ulong safeTicket = Math.Max(_countedTicket, settled);
        ulong last = _nextTicket - 1;
        _countedTicket = last;
        Count(error.Outcome, last - safeTicket);
    }

    private void CountLost(AppendOutcome outcome, ulong records)
    {
        lock (_gate)
        {
            Count(outcome, records);
        }
    }

    private void Count(AppendOutcome outcome, ulong records)
    {
        if (outcome == AppendOutcome.NotStored)
        {
            _notStored += records;
        }
        else if (outcome == AppendOutcome.Unknown)
        {
            _unknown += records;
        }
    }

    // One exception object in several calls would mix their stack traces.
    private static void Settle(AppendWaiter waiter, in AppendedBatch answer, AppendException? error, bool counted) =>
        waiter.Wake(answer, error is null ? null : new AppendException(error), counted);

    private void Release(ulong lastTicket, long released)
    {
        lock (_gate)
        {
            _done.Clear();
            _admitted.Clear();
            _settledTicket = lastTicket;
            _cost -= released;
            while (_answerLine.TryPeek(out AppendWaiter? waiter) && waiter.Ticket <= _settledTicket)
            {
                _done.Add(_answerLine.Dequeue());
            }

            AdvanceRoomLine(_admitted);
        }
    }
}
