// A worker thread of the store that a simulation turns by hand: it works only when the real one would be awake, so that
// a signal that nobody gives is a hang here too. Owned by one simulation, on one thread.
namespace LedgerStore.Tests.Engine.Crash;

/// <summary>WorkerThread's rule: after "no work" it sleeps, until it is signalled.</summary>
internal sealed class TurnedThread(Func<bool> runOnce)
{
    private bool _isSignalled;
    private bool _isAsleep;

    public void Signal() => _isSignalled = true;

    /// <summary>Does one piece of work, unless it sleeps.</summary>
    /// <returns>Whether it is still awake.</returns>
    public bool Turn()
    {
        if (_isAsleep && !_isSignalled)
        {
            return false;
        }

        if (_isAsleep)
        {
            (_isAsleep, _isSignalled) = (false, false);
        }

        if (runOnce())
        {
            return true;
        }

        // A signal that came while it ran makes another round.
        _isAsleep = !_isSignalled;
        _isSignalled = false;
        return !_isAsleep;
    }
}
