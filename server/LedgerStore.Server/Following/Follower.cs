// One stream that follows something: what it waits for, and its place in a list of those who wait or run. Used again
// for each wait, so that nothing is allocated. Owned by its call; its state is guarded by the gate of FollowerTurns.
using System.Threading.Tasks.Sources;

namespace LedgerStore.Server.Following;

/// <summary>A place among the followers.</summary>
internal sealed class Follower : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private bool _isRegistered;

    public Follower() => Node = new LinkedListNode<Follower>(this);

    /// <summary>In the list of those that are parked, that wait for a turn or that have one; or in none.</summary>
    public LinkedListNode<Follower> Node { get; }

    public bool IsWaiting { get; private set; }

    /// <summary>When its turn began.</summary>
    public long WokenAt { get; private set; }

    /// <summary>Begins to wait. Under the gate.</summary>
    public ValueTask BeginWait()
    {
        _core.Reset();
        IsWaiting = true;
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Its turn begins. Under the gate; it goes on elsewhere.</summary>
    public void Wake(long now)
    {
        WokenAt = now;
        IsWaiting = false;
        _core.SetResult(true);
    }

    /// <summary>What it waits for will not come. Under the gate.</summary>
    public void Fail(Exception cause)
    {
        IsWaiting = false;
        _core.SetException(cause);
    }

    /// <summary>Ends waiting with the call. Not under the gate: a token that is cancelled calls back at once.</summary>
    public void CancelBy(FollowerTurns turns, CancellationToken token)
    {
        if (!_isRegistered && token.CanBeCanceled)
        {
            // Once: a follower belongs to one call, with one token.
            _isRegistered = true;
            _registration = token.UnsafeRegister(
                static (state, cancelled) =>
                {
                    (FollowerTurns from, Follower follower) = ((FollowerTurns, Follower))state!;
                    from.Cancel(follower, cancelled);
                },
                (turns, this));
        }
        else if (token.IsCancellationRequested)
        {
            turns.Cancel(this, token);
        }
    }

    /// <summary>Its call goes on without it.</summary>
    public void Unregister() => _registration.Dispose();

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
