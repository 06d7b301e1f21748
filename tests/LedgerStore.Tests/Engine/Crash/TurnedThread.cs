// A worker thread of the store that a simulation turns by hand: it works only when the real one would be awake, so that
// a ring that nobody gives is a hang here too. Owned by one simulation, on one thread.
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>WorkerThread's rule: after "no work" it sleeps, until its bell is rung.</summary>
internal sealed class TurnedThread(Func<bool> runOnce, Doorbell bell)
{
    private bool _isAsleep;

    /// <summary>Does one piece of work, unless it sleeps.</summary>
    /// <returns>Whether it is still awake.</returns>
    public bool Turn()
    {
        if (_isAsleep && !bell.Silence())
        {
            return false;
        }

        _isAsleep = false;
        if (runOnce())
        {
            return true;
        }

        // A ring that came while it ran makes another round.
        _isAsleep = !bell.Silence();
        return !_isAsleep;
    }
}
