// Whose turn it is to send, among all streams that follow something. A new entry wakes thousands of followers; if all
// of them ran at once, the work of an append would wait behind all of theirs. So a few run at a time, as many as there
// are processors, and who is woken first sends first. A follower whose client does not read loses its turn and goes on
// without one: it waits for its client, and for nobody else.
//
// Guarded by one lock, which nothing blocks under; any thread. Followers continue on the thread pool.
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Following;

/// <summary>Gives turns.</summary>
internal sealed class FollowerTurns : IDisposable
{
    private readonly TimeProvider _time;
    private readonly LinkedList<Follower> _queue = new();
    private readonly LinkedList<Follower> _running = new();
    private readonly ITimer _reaper;
    private readonly int _atOnce;
    private bool _isReaping;

    public FollowerTurns(int atOnce, TimeProvider time)
    {
        _atOnce = atOnce;
        _time = time;
        _reaper = time.CreateTimer(
            static self => ((FollowerTurns)self!).Reap(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Guards the turns, and the hubs that stand on them.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Followers that have a turn, for tests.</summary>
    public int Running
    {
        get
        {
            lock (Gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Waits for a turn. The one before ends.</summary>
    public ValueTask WaitAsync(Follower follower, CancellationToken cancellationToken)
    {
        ValueTask turn;
        lock (Gate)
        {
            turn = follower.BeginWait();
            Queue(follower);
        }

        follower.CancelBy(this, cancellationToken);
        return turn;
    }

    /// <summary>The follower does not wait, and has no turn any more.</summary>
    public void Leave(Follower follower)
    {
        lock (Gate)
        {
            follower.Node.List?.Remove(follower.Node);
            Grant();
        }
    }

    public void Dispose() => _reaper.Dispose();

    /// <summary>Puts a follower that waits at the end of the queue. Under the gate.</summary>
    internal void Queue(Follower follower)
    {
        follower.Node.List?.Remove(follower.Node);
        _queue.AddLast(follower.Node);
        Grant();
        if (_queue.Count > 0 && !_isReaping)
        {
            _isReaping = true;
            _reaper.Change(ServerLimits.FollowerTurnMax, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Its call has ended: what it waits for ends too.</summary>
    internal void Cancel(Follower follower, CancellationToken token)
    {
        lock (Gate)
        {
            if (follower.IsWaiting)
            {
                follower.Node.List?.Remove(follower.Node);
                follower.Fail(new OperationCanceledException(token));
            }
        }
    }

    /// <summary>Gives turns to those who wait, as many as are free. Under the gate.</summary>
    internal void Grant()
    {
        while (_running.Count < _atOnce && _queue.First is { } next)
        {
            _queue.Remove(next);
            _running.AddLast(next);
            next.Value.Wake(_time.GetTimestamp());
        }
    }

    private void Reap()
    {
        lock (Gate)
        {
            while (_running.First is { } oldest
                && _time.GetElapsedTime(oldest.Value.WokenAt) >= ServerLimits.FollowerTurnMax)
            {
                _running.Remove(oldest);
            }

            Grant();
            _isReaping = _queue.Count > 0;
            if (_isReaping)
            {
                _reaper.Change(ServerLimits.FollowerTurnMax, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
