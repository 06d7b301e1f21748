// What a sender was told, and what it sent more than once. One lock; any thread.
using System.Collections;

namespace LedgerStore.Campaigns.Senders;

/// <summary>Numbers of events, by what became of them.</summary>
internal sealed class Tally(int records, Action acknowledged)
{
    private readonly Lock _lock = new();
    private readonly BitArray _acknowledged = new(records);
    private readonly BitArray _again = new(records);

    public long Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return _acknowledged.Cast<bool>().LongCount(static each => each);
            }
        }
    }

    /// <summary>How often something was sent again.</summary>
    public int Repeats { get; private set; }

    public void Acknowledge(int first, int count)
    {
        lock (_lock)
        {
            for (int i = first; i < first + count; i++)
            {
                _acknowledged[i] = true;
            }
        }

        acknowledged();
    }

    public void SendAgain(int first, int count)
    {
        lock (_lock)
        {
            Repeats++;
            for (int i = first; i < first + count; i++)
            {
                _again[i] = true;
            }
        }
    }

    public bool IsAcknowledged(int number)
    {
        lock (_lock)
        {
            return _acknowledged[number];
        }
    }

    public bool WasSentAgain(int number)
    {
        lock (_lock)
        {
            return _again[number];
        }
    }
}
