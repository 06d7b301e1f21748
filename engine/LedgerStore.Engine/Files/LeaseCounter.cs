// Counts who looks at a resource and releases it when it was closed and the last one has left.
// Shared by all readers of one mapped file: one atomic word, no lock.

using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Files;

/// <summary>Defers the release of a resource until nobody holds a lease.</summary>
internal sealed class LeaseCounter(Action release)
{
    // The top bit says closed, the rest counts leases. One word, so that "closed" and "the last lease has left" are
    // decided by the same atomic operation: exactly one thread sees the transition to (closed, 0).
    private const long Closed = 1L << 62;

    private long _state;

    /// <summary>Leases that are out now.</summary>
    public long Count => Volatile.Read(ref _state) & ~Closed;

    /// <summary>True after Close, whether or not leases are out.</summary>
    public bool IsClosed => (Volatile.Read(ref _state) & Closed) != 0;

    public bool TryAcquire()
    {
        long state = Volatile.Read(ref _state);
        while ((state & Closed) == 0)
        {
            long seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state)
            {
                return true;
            }

            state = seen;
        }

        return false;
    }

    public void Release()
    {
        long state = Interlocked.Decrement(ref _state);

        // One lease too many borrows from the bits above the count, whether closed or not.
        Invariant.That((ulong)(state & ~Closed) < Closed / 2, "a lease is returned once");
        if (state == Closed)
        {
            release();
        }
    }

    /// <summary>Refuses new leases. The resource goes now, or with the last lease. Again: does nothing.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) == 0)
        {
            release();
        }
    }
}
