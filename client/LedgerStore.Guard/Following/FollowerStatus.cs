// How one follower does, for whoever looks at it from another thread. Guarded by its own lock.

namespace LedgerStore.Guard;

/// <summary>Facts about a follower.</summary>
internal sealed class FollowerStatus(string ledger, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _heard = time.GetTimestamp();
    private string? _problem;
    private string? _violation;
    private string? _unreadable;
    private bool _isLive;
    private ulong _next;

    public string Ledger => ledger;

    /// <summary>How long nothing was heard of the server.</summary>
    public TimeSpan SilentFor
    {
        get
        {
            lock (_gate)
            {
                return time.GetElapsedTime(_heard);
            }
        }
    }

    /// <summary>Why it cannot read; null: it can.</summary>
    public string? Problem => Locked(() => _problem);

    /// <summary>What of the server was proven wrong; null: nothing, or not any more.</summary>
    public string? Violation => Locked(() => _violation);

    /// <summary>What the server cannot read; null: nothing.</summary>
    public string? Unreadable => Locked(() => _unreadable);

    public bool IsLive => Locked(() => _isLive);

    public ulong Next => Locked(() => _next);

    public void Heard(ulong next, bool isLive)
    {
        lock (_gate)
        {
            _heard = time.GetTimestamp();
            _problem = null;
            _violation = null;
            _next = next;
            _isLive |= isLive;
        }
    }

    public void Failed(string problem, bool isViolation)
    {
        lock (_gate)
        {
            _problem = problem;
            _violation = isViolation ? problem : _violation;
        }
    }

    public void CannotRead(string what)
    {
        lock (_gate)
        {
            _unreadable = what;
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }
}
