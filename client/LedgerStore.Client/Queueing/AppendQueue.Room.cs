// The line for room: who finds none stands in it, in order, and gets in as answers make room.
// Under the queue's lock, but for LeaveRoomLine, which takes it, and SettleAdmitted, which runs outside it.

namespace LedgerStore.Client;

internal sealed partial class AppendQueue
{
    // A batch that is larger than all the room there is gets in when it is alone.
    private bool HasRoom(long more) => _cost + more <= _options.MemoryBytesMax || _cost == 0;

    // Under the lock. Lets in whoever is first in line, as long as there is room.
    private void AdvanceRoomLine(List<AppendWaiter> entered)
    {
        while (_roomLine.TryPeek(out AppendWaiter? waiter))
        {
            if (waiter.IsAbandoned)
            {
                _roomLine.Dequeue();
                continue;
            }

            if (!HasRoom(OutgoingBatch.CostOf(waiter.Records.Length, waiter.Count)))
            {
                return;
            }

            _roomLine.Dequeue();
            waiter.IsInLine = false;
            Admit(waiter, entered);
        }
    }

    private void Admit(AppendWaiter waiter, List<AppendWaiter> entered)
    {
        if (waiter.Kind == WaiterKind.Flush)
        {
            waiter.Ticket = _nextTicket - 1;
            if (_settledTicket >= waiter.Ticket)
            {
                entered.Add(waiter);
            }
            else
            {
                _answerLine.Enqueue(waiter);
            }

            return;
        }

        Accept(waiter, waiter.Records.Span, waiter.Lengths.Span);
        waiter.Records = default;
        waiter.Lengths = default;
        if (waiter.Kind == WaiterKind.Post && !_isSpooled)
        {
            entered.Add(waiter);
        }
    }

    private void SettleAdmitted(List<AppendWaiter> entered)
    {
        BeginWaking(entered.Count);
        foreach (AppendWaiter waiter in entered)
        {
            Settle(waiter, default, waiter.Kind == WaiterKind.Flush ? TakePostFailure() : null, counted: true);
        }
    }

    /// <summary>
    /// Cancels waiting for room. Without effect on a waiter that has got it, or has gone on to other things.
    /// </summary>
    internal void LeaveRoomLine(AppendWaiter waiter, short version, CancellationToken token)
    {
        lock (_gate)
        {
            if (!waiter.IsInLine || waiter.Version != version)
            {
                return;
            }

            waiter.IsInLine = false;
            waiter.IsAbandoned = true;
            waiter.Records = default;
            waiter.Lengths = default;
        }

        OperationCanceledException error = new("the record is not stored: waiting for room was cancelled", token);
        waiter.Wake(default, error, counted: false);
    }
}
