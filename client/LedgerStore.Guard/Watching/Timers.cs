// Deadlines of one ledger, in the one order in which they come due: time, rule, group. That order is the same in every
// run, whatever was restored from a file. Owned by the ledger's watch.

namespace LedgerStore.Guard;

/// <summary>A deadline of a group.</summary>
internal readonly record struct Deadline(long At, string Rule, string Key)
{
    /// <summary>The one order.</summary>
    public static IComparer<Deadline> Order { get; } = Comparer<Deadline>.Create(static (one, other) =>
    {
        int order = one.At.CompareTo(other.At);
        order = order != 0 ? order : string.CompareOrdinal(one.Rule, other.Rule);
        return order != 0 ? order : string.CompareOrdinal(one.Key, other.Key);
    });
}

/// <summary>All deadlines.</summary>
internal sealed class Timers
{
    private readonly SortedSet<Deadline> _all = new(Deadline.Order);

    // Of the first one: most entries come before it, and nothing else has to be known of them.
    private long _firstAt = long.MaxValue;

    public void Add(Deadline deadline)
    {
        _ = _all.Add(deadline);
        _firstAt = Math.Min(_firstAt, deadline.At);
    }

    public void Remove(Deadline deadline)
    {
        _ = _all.Remove(deadline);
        FindFirst();
    }

    /// <summary>Takes the first one before a time.</summary>
    public bool TryTake(long before, out Deadline first)
    {
        first = default;
        if (_firstAt >= before)
        {
            return false;
        }

        first = _all.Min;
        _ = _all.Remove(first);
        FindFirst();
        return true;
    }

    private void FindFirst() => _firstAt = _all.Count > 0 ? _all.Min.At : long.MaxValue;
}
