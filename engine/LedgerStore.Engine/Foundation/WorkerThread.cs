// A named background thread that works while there is work and then waits for a signal.
// Owned by the part of the store whose work it does; Signal may be called by any thread.

using System.Diagnostics;

namespace LedgerStore.Engine.Foundation;

/// <summary>Runs <c>runOnce</c> on its own thread whenever it was signalled.</summary>
/// <remarks>
/// <c>runOnce</c> does one piece of work and says whether there was any; after "no" the thread waits for a signal.
/// A signal that comes while it runs is never lost: runOnce is called at least once more afterwards. An exception
/// from runOnce poisons the store and ends the thread; so does a poison set elsewhere, before the next runOnce.
/// </remarks>
internal sealed class WorkerThread : IDisposable
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Sleeping = 2;

    // Waking a sleeping thread costs about 25 microseconds (measured: futex, semaphore and event alike, most of it
    // the idle processor), so it pays to spin for about as long before going to sleep, and never for much longer.
    private const int SpinMicrosMax = 50;

    private static readonly long s_spinTicksMax = Stopwatch.Frequency * SpinMicrosMax / 1_000_000;

    private readonly Func<bool> _runOnce;
    private readonly Poison _poison;
    private readonly Thread _thread;
    private readonly AutoResetEvent _wake = new(initialState: false);

    // Only this thread uses it: how long spinning has been worth it lately. A worker that is rarely signalled
    // goes to sleep at once and costs nothing.
    private long _spinTicks;

    private int _state;
    private volatile bool _stopping;
    private bool _started;

    public WorkerThread(string name, Func<bool> runOnce, Poison poison)
    {
        _runOnce = runOnce;
        _poison = poison;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        poison.OnSet(_ => Signal());
    }

    public string Name => _thread.Name!;

    /// <summary>The last thing the thread does, however it ends: tell those who wait for what only it knows
    /// of.</summary>
    public Action OnEnded { get; init; } = static () => { };

    /// <summary>Starts the thread. Separate from the constructor, so that the owner is complete before it runs.
    /// </summary>
    public void Start()
    {
        Invariant.That(!_started, "a worker is started once");
        _started = true;
        _thread.Start();
    }

    /// <summary>Says that there may be work. What was written before is visible to the work.</summary>
    /// <remarks>About 10 ns when the thread is awake; a system call of about 10 us when it sleeps.</remarks>
    public void Signal()
    {
        // The exchange is a full fence on both sides: the caller's work is written before the signal is, and the
        // worker clears the signal before it looks for work. So one of the two sees the other, always.
        if (Interlocked.Exchange(ref _state, Signalled) == Sleeping)
        {
            _wake.Set();
        }
    }

    /// <summary>Works until there is no more work (or the store is poisoned), then ends and joins the thread.</summary>
    /// <remarks>Stop the intake first, or it never ends. Again, or before Start: does nothing.</remarks>
    public void StopAndJoin()
    {
        Invariant.That(Environment.CurrentManagedThreadId != _thread.ManagedThreadId, "a worker does not join itself");
        _stopping = true;
        Signal();
        if (_started)
        {
            _thread.Join();
        }
    }

    /// <summary>StopAndJoin. The event is left to its finalizer: a late Signal must still find it.</summary>
    public void Dispose() => StopAndJoin();

    private void Run()
    {
        try
        {
            while (true)
            {
                // First of all: a stop or a poison that came with a signal which this takes back is seen below, and a
                // signal that comes later makes another round. The other way round, a stop in between would be lost.
                Interlocked.Exchange(ref _state, Idle);
                bool stopping = _stopping;
                if (_poison.IsSet)
                {
                    return;
                }

                while (_runOnce())
                {
                    if (_poison.IsSet)
                    {
                        return;
                    }
                }

                // Asked to stop before that look for work, and there was none: whatever was handed in is done.
                if (stopping)
                {
                    return;
                }

                WaitForSignal();
            }
        }
        catch (Exception cause)
        {
            _poison.TrySet(cause);
        }
        finally
        {
            OnEnded();
        }
    }

    private void WaitForSignal()
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _state) != Signalled)
        {
            if (Stopwatch.GetTimestamp() - start < _spinTicks)
            {
                // Lets others run on this processor, if any want to: cores are few.
                Thread.Yield();
            }
            else if (Interlocked.CompareExchange(ref _state, Sleeping, Idle) == Idle)
            {
                _wake.WaitOne();
            }
        }

        // Halved when the signal came too late for spinning, full when spinning would have met it.
        bool pays = Stopwatch.GetTimestamp() - start < 2 * s_spinTicksMax;
        _spinTicks = pays ? s_spinTicksMax : _spinTicks / 2;
    }
}
