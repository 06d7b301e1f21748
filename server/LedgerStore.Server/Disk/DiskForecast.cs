// When the disk will be full if it goes on filling as it did in the last ten minutes. Pure but for the samples it
// keeps; guarded by its own lock.
namespace LedgerStore.Server.Disk;

/// <summary>Free bytes over time.</summary>
internal sealed class DiskForecast
{
    private const int SamplesMax = 60;

    /// <summary>Beyond this it says nothing: no disk fills at one rate for years.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(365);

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Queue<(TimeSpan At, long Free)> samples = [];
    private (TimeSpan At, long Free) newest;

    /// <summary>Null while it does not fill, or is not known yet to do.</summary>
    public TimeSpan? FullIn
    {
        get
        {
            lock (gate)
            {
                if (samples.Count == 0)
                {
                    return null;
                }

                (TimeSpan since, long free) = samples.Peek();
                double used = free - newest.Free;
                TimeSpan elapsed = newest.At - since;
                if (used <= 0 || elapsed < Step)
                {
                    return null;
                }

                double seconds = newest.Free / used * elapsed.TotalSeconds;
                return seconds < Horizon.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
            }
        }
    }

    /// <summary>Notes how much is free at a moment of a steady clock.</summary>
    public void Note(TimeSpan at, long freeBytes)
    {
        lock (gate)
        {
            if (samples.Count > 0 && at - newest.At < Step)
            {
                return;
            }

            newest = (at, freeBytes);
            samples.Enqueue(newest);
            if (samples.Count > SamplesMax)
            {
                samples.Dequeue();
            }
        }
    }
}
