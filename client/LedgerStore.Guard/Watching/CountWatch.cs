// The kind `count`: so many entries within a window, or so much in a field of them. Owned by its ledger's watch.

namespace LedgerStore.Guard;

/// <summary>Fires when a window has enough.</summary>
internal sealed class CountWatch(Rule rule, WatchScope scope) : RuleWatch(rule, scope)
{
    protected override long Keep => Rule.Within;

    protected override void Evaluate(WatchGroup group, Seen seen)
    {
        double value = Field < 0 ? 1 : seen.NumberOf(Field) ?? 0;
        List<WatchItem> items = group.Items;
        RemoveOld(items, seen.Micros - Rule.Within);

        // Without a field no more are needed than those that are enough.
        if (Field < 0 && items.Count >= Rule.AtLeast)
        {
            items.RemoveAt(0);
        }
        else if (items.Count >= GuardLimits.ItemsMax)
        {
            items[1] = items[1] with { Value = items[0].Value + items[1].Value };
            items.RemoveAt(0);
            SayLimit(seen.Micros, seen.Index);
        }

        items.Add(new WatchItem(seen.Micros, seen.Index, value, null));
        double sum = Field < 0 ? items.Count : SumOf(items);
        if (sum >= Rule.AtLeast)
        {
            Fire(
                group, seen.Micros, seen.Index, group.Episode is null ? CauseOf(items) : AlertCause.None,
                new WatchFacts(sum, "", ""));
        }
    }

    /// <summary>Forgets what is not in the window any more: items are in the order of their times.</summary>
    internal static void RemoveOld(List<WatchItem> items, long upTo)
    {
        int old = 0;
        while (old < items.Count && items[old].Micros <= upTo)
        {
            old++;
        }

        if (old > 0)
        {
            items.RemoveRange(0, old);
        }
    }

    private static double SumOf(List<WatchItem> items)
    {
        double sum = 0;
        foreach (WatchItem item in items)
        {
            sum += item.Value;
        }

        return sum;
    }

    internal static AlertCause CauseOf(IEnumerable<WatchItem> items)
    {
        AlertCause cause = AlertCause.None;
        foreach (WatchItem item in items)
        {
            cause = cause.With(item.Index, item.Micros);
        }

        return cause;
    }
}
