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

    private readonly AppenderOptions options;
    private readonly Signal work;
    private readonly bool isSpooled;

    // Protects everything below. Nothing waits under it, and no continuation runs under it.
    private readonly Lock gate = new();
    private readonly Queue<AppendWaiter> roomLine = new();
    private readonly Queue<AppendWaiter> spoolLine = new();
    private readonly Queue<AppendWaiter> answerLine = new();
    private readonly Queue<OutgoingBatch> closed = new();
    private readonly Stack<AppendWaiter> waiters = new();
    private readonly Stack<OutgoingBatch> batches = new();
    private OutgoingBatch open;
    private ulong nextTicket;
    private ulong spooledTicket;
    private ulong settledTicket;
    private long cost;
    private bool isClosed;
    private AppendException? postFailure;
    private AppendException? failure;

    // The last TryPost found no room.
    private bool isRefusing;

    // Records that came to nothing, and of which nobody knows; up to which ticket a failure of everything counted.
    private ulong notStored;
    private ulong unknown;
    private ulong countedTicket;

    internal AppendQueue(AppenderOptions options, Signal work, ulong firstTicket)
    {
        this.options = options;
        this.work = work;
        isSpooled = options.SpoolDirectory is not null;
        nextTicket = firstTicket;
        spooledTicket = firstTicket - 1;
        settledTicket = firstTicket - 1;
        open = Rent();
    }

    /// <summary>Records and their overhead that are in memory.</summary>
    internal long Cost
    {
        get
        {
            lock (gate)
            {
                return cost;
            }
        }
    }

    /// <summary>Records that were handed over and not answered yet.</summary>
    internal ulong Outstanding
    {
        get
        {
            lock (gate)
            {
                return nextTicket - 1 - settledTicket;
            }
        }
    }

    /// <summary>Nothing more comes in, and everything that came in has been taken out.</summary>
    internal bool IsDrained
    {
        get
        {
            lock (gate)
            {
                return isClosed && roomLine.Count == 0 && open.Count == 0 && closed.Count == 0;
            }
        }
    }

    /// <summary>Hands over records, or gets in line for room.</summary>
    internal AppendWaiter Enter(
        WaiterKind kind, ReadOnlyMemory<byte> records, ReadOnlyMemory<int> lengths, CancellationToken cancellation)
    {
        int count = lengths.IsEmpty ? 1 : lengths.Length;
        cancellation.ThrowIfCancellationRequested();
        AppendWaiter waiter;
        lock (gate)
        {
            ThrowIfUnusable();
            waiter = RentWaiter();
            waiter.Kind = kind;
            waiter.Count = count;
            if (roomLine.Count == 0 && HasRoom(OutgoingBatch.CostOf(records.Length, count)))
            {
                Take(waiter, records.Span, lengths.Span);
                if (kind == WaiterKind.Post && !isSpooled)
                {
                    // Room came between two looks. Completing it here runs nothing under the lock.
                    waiter.CompleteUnseen();
                }

                return waiter;
            }

            if (roomLine.Count >= options.WaitingCallsMax)
            {
                Keep(waiter);
                throw new AppendException(
                    AppendOutcome.NotStored,
                    $"{roomLine.Count:N0} calls wait for room already; slow down, or raise WaitingCallsMax",
                    cause: null);
            }

            waiter.Records = records;
            waiter.Lengths = lengths;
            waiter.IsInLine = true;
            roomLine.Enqueue(waiter);
        }

        return waiter;
    }

    /// <summary>
    /// Hands over records that nobody waits for. Null: that was all; otherwise it waits for its turn.
    /// </summary>
    internal AppendWaiter? EnterPost(
        ReadOnlyMemory<byte> records, ReadOnlyMemory<int> lengths, CancellationToken cancellation)
    {
        int count = lengths.IsEmpty ? 1 : lengths.Length;
        if (!isSpooled)
        {
            lock (gate)
            {
                ThrowIfUnusable();
                if (roomLine.Count == 0 && HasRoom(OutgoingBatch.CostOf(records.Length, count)))
                {
                    Put(records.Span, lengths.Span, count);
                    open.HasPosts = true;
                    return null;
                }
            }
        }

        return Enter(WaiterKind.Post, records, lengths, cancellation);
    }

    /// <summary>Hands over a record if there is room. Nobody waits for its answer.</summary>
    internal bool TryPost(ReadOnlySpan<byte> record)
    {
        lock (gate)
        {
            ThrowIfUnusable();
            isRefusing = roomLine.Count > 0 || !HasRoom(OutgoingBatch.CostOf(record.Length, 1));
            if (isRefusing)
            {
                return false;
            }

            Put(record, default, 1);
            open.HasPosts = true;
            return true;
        }
    }

    /// <summary>Waits until everything that was handed over before is answered.</summary>
    internal AppendWaiter EnterFlush()
    {
        AppendWaiter? waiter = null;
        bool isDone;
        lock (gate)
        {
            waiter = RentWaiter();
            waiter.Kind = WaiterKind.Flush;
            waiter.Count = 0;
            isDone = failure is not null || (roomLine.Count == 0 && settledTicket == nextTicket - 1);
            if (!isDone && roomLine.Count > 0)
            {
                // Behind those who wait for room: theirs were handed over before.
                waiter.Records = default;
                waiter.Lengths = default;
                waiter.IsInLine = true;
                roomLine.Enqueue(waiter);
            }
            else if (!isDone)
            {
                waiter.Ticket = nextTicket - 1;
                answerLine.Enqueue(waiter);
            }
        }

        if (isDone)
        {
            Settle(waiter, default, TakePostFailure() ?? failure, counted: false);
        }

        return waiter;
    }

    /// <summary>No more records come in. Those in the line for room still do.</summary>
    internal void Close()
    {
        lock (gate)
        {
            isClosed = true;
        }

        work.Set();
    }

    /// <summary>A batch that can leave now, or null: what there is goes on filling.</summary>
    /// <param name="underWay">What waits for its answer; null: whatever there is, it will not be sent.</param>
    internal OutgoingBatch? TryTake(UnderWay? underWay)
    {
        lock (gate)
        {
            if (closed.Count > 0)
            {
                return closed.Dequeue();
            }

            if (open.Count == 0 || (underWay is { } load && !ShouldLeave(load)))
            {
                return null;
            }

            OutgoingBatch full = open;
            open = Rent();
            return full;
        }
    }

    internal OutgoingBatch RentBatch()
    {
        lock (gate)
        {
            return Rent();
        }
    }

    internal void Return(OutgoingBatch batch)
    {
        batch.Clear();
        lock (gate)
        {
            if (batches.Count < KeptBatches)
            {
                batches.Push(batch);
                return;
            }
        }

        batch.Release();
    }

    internal void Recycle(AppendWaiter waiter)
    {
        lock (gate)
        {
            Keep(waiter);
        }
    }

    private void ThrowIfUnusable()
    {
#pragma warning disable CA1513 // Callers know the appender, which is above its queue and cannot be named here.
        if (isClosed)
        {
            throw new ObjectDisposedException("LedgerStore.Client.Appender");
        }
#pragma warning restore CA1513

        if (failure is not null)
        {
            throw new AppendException(failure);
        }
    }

    private bool ShouldLeave(UnderWay load) => open.PayloadBytes >= EagerBytes
        || (!IsWaking && (load.Batches == 0 || (load.Batches < EagerBatches && load.Records < FewRecords)));

    // A batch that is larger than all the room there is gets in when it is alone.
    private bool HasRoom(long more) => cost + more <= options.MemoryBytesMax || cost == 0;

    private void Take(AppendWaiter waiter, ReadOnlySpan<byte> records, ReadOnlySpan<int> lengths)
    {
        waiter.Ticket = nextTicket;
        Put(records, lengths, waiter.Count);
        if (waiter.Kind == WaiterKind.Append)
        {
            answerLine.Enqueue(waiter);
            return;
        }

        open.HasPosts = true;
        if (isSpooled)
        {
            spoolLine.Enqueue(waiter);
        }
    }

    private void Put(ReadOnlySpan<byte> records, ReadOnlySpan<int> lengths, int count)
    {
        if (!open.HasRoomFor(records.Length, count))
        {
            closed.Enqueue(open);
            open = Rent();
            work.Set();
        }

        bool isFirst = open.Count == 0;
        int before = open.PayloadBytes;
        if (isFirst)
        {
            open.FirstTicket = nextTicket;
        }

        if (lengths.IsEmpty)
        {
            open.Add(records);
        }
        else
        {
            open.Add(records, lengths);
        }

        nextTicket += (ulong)count;
        cost += OutgoingBatch.CostOf(records.Length, count);

        // The sender looks at an open batch when it begins and when it has become worth sending. Where others are being
        // woken, the last of them makes it look.
        if ((isFirst && !IsWaking) || (before < EagerBytes && open.PayloadBytes >= EagerBytes))
        {
            work.Set();
        }
    }

    private OutgoingBatch Rent() => batches.TryPop(out OutgoingBatch? batch) ? batch : new OutgoingBatch();

    private AppendWaiter RentWaiter() =>
        waiters.TryPop(out AppendWaiter? waiter) ? waiter : new AppendWaiter(this);

    private void Keep(AppendWaiter waiter)
    {
        if (waiters.Count < KeptWaiters)
        {
            waiters.Push(waiter);
        }
    }

    /// <summary>The first failure of a posted record that nobody was told of yet.</summary>
    internal AppendException? TakePostFailure() => Interlocked.Exchange(ref postFailure, null);
}
