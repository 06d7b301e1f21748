// What tells a worker that there may be work. It is made first and given to all who ring it. One thread answers it, or
// a simulation that is turned by hand.

using System.Diagnostics;

namespace LedgerStore.Engine.Foundation;

/// <summary>A ring is never lost: who answers looks for work at least once after it.</summary>
internal sealed class Doorbell
{
    private const int Silent = 0;
    private const int Rung = 1;
    private const int Sleeping = 2;

    // Waking a sleeping thread costs about 25 microseconds (measured: futex, semaphore and event alike, most of it
    // the idle processor), so it pays to spin for about as long before going to sleep, and never for much longer.
    private const int SpinMicrosMax = 50;

    private static readonly long s_spinTicksMax = Stopwatch.Frequency * SpinMicrosMax / 1_000_000;

    // Left to its finalizer: a late ring must still find it.
    private readonly AutoResetEvent _wake = new(initialState: false);

    // Only the thread that answers uses it: how long spinning has been worth it lately. A worker that is rarely rung
    // for goes to sleep at once and costs nothing.
    private long _spinTicks;

    private int _state;

    /// <summary>Says that there may be work. What was written before is visible to the work. Any thread.</summary>
    /// <remarks>About 10 ns when the thread is awake; a system call of about 10 us when it sleeps.</remarks>
    public void Ring()
    {
        // The exchange is a full fence on both sides: the caller's work is written before the ring is, and the worker
        // silences the bell before it looks for work. So one of the two sees the other, always.
        if (Interlocked.Exchange(ref _state, Rung) == Sleeping)
        {
            _wake.Set();
        }
    }

    /// <summary>Takes a ring back, before the work is looked for.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Silence() => Interlocked.Exchange(ref _state, Silent) == Rung;

    /// <summary>Returns when it was rung since it was silenced.</summary>
    public void Wait()
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _state) != Rung)
        {
            if (Stopwatch.GetTimestamp() - start < _spinTicks)
            {
                // Lets others run on this processor, if any want to: cores are few.
                Thread.Yield();
            }
            else if (Interlocked.CompareExchange(ref _state, Sleeping, Silent) == Silent)
            {
                _wake.WaitOne();
            }
        }

        // Halved when the ring came too late for spinning, full when spinning would have met it.
        bool pays = Stopwatch.GetTimestamp() - start < 2 * s_spinTicksMax;
        _spinTicks = pays ? s_spinTicksMax : _spinTicks / 2;
    }
}
