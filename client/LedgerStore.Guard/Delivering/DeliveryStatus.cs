// How one target does, for whoever looks at it from another thread. Guarded by its own lock.

namespace LedgerStore.Guard;

/// <summary>Facts about a target.</summary>
internal sealed class DeliveryStatus(string name, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long? _failing;
    private string _problem = string.Empty;
    private ulong _sent;

    public string Name => name;

    /// <summary>How long nothing could be delivered; null: what there was is delivered.</summary>
    public TimeSpan? FailingFor
    {
        get
        {
            lock (_gate)
            {
                return _failing is { } since ? time.GetElapsedTime(since) : null;
            }
        }
    }

    public string Problem
    {
        get
        {
            lock (_gate)
            {
                return _problem;
            }
        }
    }

    /// <summary>Alerts that arrived.</summary>
    public ulong Sent
    {
        get
        {
            lock (_gate)
            {
                return _sent;
            }
        }
    }

    public void Delivered(int alerts)
    {
        lock (_gate)
        {
            _failing = null;
            _problem = string.Empty;
            _sent += (ulong)alerts;
        }
    }

    public void Failed(string problem)
    {
        lock (_gate)
        {
            _failing ??= time.GetTimestamp();
            _problem = problem;
        }
    }
}
