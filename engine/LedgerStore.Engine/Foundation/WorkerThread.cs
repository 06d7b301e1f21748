// A named background thread that works while there is work and then waits for its doorbell.
// Owned by the part of the store whose work it does.

namespace LedgerStore.Engine.Foundation;

/// <summary>Runs <c>runOnce</c> on its own thread whenever its bell was rung.</summary>
/// <remarks>
/// <c>runOnce</c> does one piece of work and says whether there was any; after "no" the thread waits for the bell.
/// A ring that comes while it runs is never lost: runOnce is called at least once more afterwards. An exception
/// from runOnce poisons the store and ends the thread; so does a poison set elsewhere, before the next runOnce.
/// </remarks>
internal sealed class WorkerThread : IDisposable
{
    private readonly Func<bool> _runOnce;
    private readonly Poison _poison;
    private readonly Thread _thread;
    private readonly Doorbell _bell;
    private volatile bool _stopping;
    private bool _started;

    public WorkerThread(string name, Func<bool> runOnce, Poison poison, Doorbell bell)
    {
        _runOnce = runOnce;
        _poison = poison;
        _bell = bell;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        poison.OnSet(_ => bell.Ring());
    }

    public string Name => _thread.Name!;

    /// <summary>The first thing the thread does.</summary>
    public Action OnStarted { get; init; } = static () => { };

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

    /// <summary>Works until there is no more work (or the store is poisoned), then ends and joins the thread.</summary>
    /// <remarks>Stop the intake first, or it never ends. Again, or before Start: does nothing.</remarks>
    public void StopAndJoin()
    {
        Invariant.That(Environment.CurrentManagedThreadId != _thread.ManagedThreadId, "a worker does not join itself");
        _stopping = true;
        _bell.Ring();
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
            OnStarted();
            while (true)
            {
                // First of all: a stop or a poison that came with a ring which this takes back is seen below, and a
                // ring that comes later makes another round. The other way round, a stop in between would be lost.
                _bell.Silence();
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

                _bell.Wait();
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
}
