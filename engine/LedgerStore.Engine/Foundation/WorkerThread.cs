// A named background thread that works while there is work and then waits for a signal.
// Owned by the part of the store whose work it does; Signal may be called by any thread.

namespace LedgerStore.Engine.Foundation;

/// <summary>Runs <c>runOnce</c> on its own thread whenever it was signalled.</summary>
/// <remarks>
/// <c>runOnce</c> does one piece of work and says whether there was any; after "no" the thread waits for a signal.
/// A signal that comes while it runs is never lost: runOnce is called at least once more afterwards. An exception
/// from runOnce poisons the store and ends the thread; so does a poison set elsewhere, before the next runOnce.
/// </remarks>
internal sealed class WorkerThread : IDisposable
{
    private readonly Func<bool> _runOnce;
    private readonly Poison _poison;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _signal = new(0);

    // 1 while a signal is under way: many signals make one wake-up.
    private int _signalled;
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

    /// <summary>Starts the thread. Separate from the constructor, so that the owner is complete before it runs.</summary>
    public void Start()
    {
        Invariant.That(!_started, "a worker is started once");
        _started = true;
        _thread.Start();
    }

    /// <summary>Says that there may be work. What was written before is visible to the work.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
        {
            _signal.Release();
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

    public void Dispose() => StopAndJoin();

    private void Run()
    {
        try
        {
            while (!_poison.IsSet)
            {
                bool stopping = _stopping;
                if (_runOnce())
                {
                    continue;
                }

                // Asked to stop before that look for work, and there was none: whatever was handed in is done.
                if (stopping)
                {
                    return;
                }

                _signal.Wait();
                Interlocked.Exchange(ref _signalled, 0);
            }
        }
        catch (Exception cause)
        {
            _poison.TrySet(cause);
        }
    }
}
