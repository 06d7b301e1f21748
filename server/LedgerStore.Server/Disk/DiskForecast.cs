// When the disk will be full if it goes on filling as it did in the last ten minutes. Pure but for the samples it
// keeps; guarded by its own lock.
namespace LedgerStore.Server.Disk;

/// <summary>Free bytes over time.</summary>
internal sealed class DiskForecast
{
    private const int SamplesMax = 60;

    /// <summary>Beyond this it says nothing: no disk fills at one rate for years.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(365);

    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<(TimeSpan At, long Free)> _samples = [];
    private (TimeSpan At, long Free) _newest;

    /// <summary>Null while it does not fill, or is not known yet to do.</summary>
    public TimeSpan? FullIn
    {
        get
        {
            lock (_gate)
            {
                if (_samples.Count == 0)
                {
                    return null;
                }

                (TimeSpan since, long free) = _samples.Peek();
                double used = free - _newest.Free;
                TimeSpan elapsed = _newest.At - since;
                if (used <= 0 || elapsed < s_step)
                {
                    return null;
                }

                double seconds = _newest.Free / used * elapsed.TotalSeconds;
                return seconds < Horizon.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
            }
        }
    }

    /// <summary>Notes how much is free at a moment of a steady clock.</summary>
    public void Note(TimeSpan at, long freeBytes)
    {
        lock (_gate)
        {
            if (_samples.Count > 0 && at - _newest.At < s_step)
            {
                return;
            }

            _newest = (at, freeBytes);
            _samples.Enqueue(_newest);
            if (_samples.Count > SamplesMax)
            {
                _samples.Dequeue();
            }
        }
    }
}
