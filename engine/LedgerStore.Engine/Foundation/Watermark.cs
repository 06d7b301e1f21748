// A count that only grows, and those who wait for it: Durable, Written, Hashed, Checkpointed.
// One thread advances it; any thread reads it or waits.

namespace LedgerStore.Engine.Foundation;

/// <summary>A monotonic count with one writer and a bounded number of waiters.</summary>
internal sealed class Watermark(long initial, int waitersMax)
{
    private readonly Lock _gate = new();

    // Guarded by _gate: those who wait, the lowest value first.
    private readonly SortedSet<Waiter> _waiters = new(Waiter.Order);
    private long _tickets;
    private Exception? _fault;

    private long _value = initial;

    // The lowest value anybody waits for; MaxValue when nobody does. It keeps the lock out of AdvanceTo's usual way.
    private long _lowestWanted = long.MaxValue;

    /// <summary>The count now. What was written before it was advanced is visible to who sees it.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>The lowest value that anybody waits for; long.MaxValue when nobody does.</summary>
    public long LowestWanted => Volatile.Read(ref _lowestWanted);

    /// <summary>Callers that wait now, for metrics.</summary>
    public int WaiterCount
    {
        get
        {
            lock (_gate)
            {
                return _waiters.Count;
            }
        }
    }

    /// <summary>Moves the count forward and wakes who waited for it. Only the owning thread calls it.</summary>
    /// <returns>True when it moved; false when it was there already. Backwards is our bug.</returns>
    public bool AdvanceTo(long value)
    {
        Invariant.That(value >= _value, "a watermark never goes back");
        if (value == _value)
        {
            return false;
        }

        // A full fence between writing the value and reading who waits: without it both this thread and a waiter
        // (which writes what it wants, then reads the value) could miss each other, and the waiter would sleep on.
        Interlocked.Exchange(ref _value, value);
        if (Volatile.Read(ref _lowestWanted) <= value)
        {
            Wake(value);
        }

        return true;
    }

    /// <summary>Completes when Value >= value; fails with the cause when <see cref="Fault"/> comes first.</summary>
    /// <exception cref="TooManyWaitersException">As many callers wait as may.</exception>
    public ValueTask WaitForAsync(long value, CancellationToken cancellationToken) =>
        Value >= value ? ValueTask.CompletedTask : WaitSlowAsync(value, cancellationToken);

    /// <summary>Fails all who wait, and all who ask later for a value that was not reached. The first cause stays.
    /// </summary>
    public void Fault(Exception cause)
    {
        Waiter[] waiters;
        lock (_gate)
        {
            _fault ??= cause;
            waiters = [.. _waiters];
            _waiters.Clear();
            Volatile.Write(ref _lowestWanted, long.MaxValue);
        }

        foreach (Waiter waiter in waiters)
        {
            waiter.TrySetException(cause);
        }
    }

    private async ValueTask WaitSlowAsync(long value, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Enqueue(value) is not { } waiter)
        {
            return;
        }

        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiter)state!).Cancel(token),
            waiter);
        await using (registration.ConfigureAwait(false))
        {
            await waiter.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Joins the waiters, unless the value has been reached meanwhile (null).</summary>
    private Waiter? Enqueue(long value)
    {
        lock (_gate)
        {
            if (_fault is null && _waiters.Count >= waitersMax)
            {
                throw new TooManyWaitersException(waitersMax);
            }

            Waiter waiter = new(this, value, _tickets++);
            _waiters.Add(waiter);

            // The other half of the fence in AdvanceTo: write what is wanted, then read the value.
            Interlocked.Exchange(ref _lowestWanted, _waiters.Min!.Value);
            if (Value < value && _fault is null)
            {
                return waiter;
            }

            Leave(waiter);
            return Value >= value ? null : throw _fault!;
        }
    }

    private void Wake(long value)
    {
        List<Waiter> reached = [];
        lock (_gate)
        {
            while (_waiters.Min is { } waiter && waiter.Value <= value)
            {
                reached.Add(waiter);
                _waiters.Remove(waiter);
            }

            Volatile.Write(ref _lowestWanted, _waiters.Min?.Value ?? long.MaxValue);
        }

        foreach (Waiter waiter in reached)
        {
            waiter.TrySetResult();
        }
    }

    /// <summary>Takes the waiter out. Under the gate.</summary>
    private void Leave(Waiter waiter)
    {
        _waiters.Remove(waiter);
        Volatile.Write(ref _lowestWanted, _waiters.Min?.Value ?? long.MaxValue);
    }

    /// <summary>One caller. Its continuation runs on the thread pool, never on the thread that advances.</summary>
    private sealed class Waiter(Watermark owner, long value, long ticket)
        : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public static readonly Comparer<Waiter> Order = Comparer<Waiter>.Create(static (a, b) =>
            a.Value != b.Value ? a.Value.CompareTo(b.Value) : a.Ticket.CompareTo(b.Ticket));

        public long Value { get; } = value;

        private long Ticket { get; } = ticket;

        public void Cancel(CancellationToken token)
        {
            lock (owner._gate)
            {
                owner.Leave(this);
            }

            TrySetCanceled(token);
        }
    }
}
