// The kind `count`: so many entries within a window, or so much in a field of them. Owned by its ledger's watch.

namespace LedgerStore.Guard;

/// <summary>Fires when a window has enough.</summary>
internal sealed class CountWatch(Rule rule, WatchScope scope) : RuleWatch(rule, scope)
{
    protected override long Keep => Rule.Within;

    protected override void Evaluate(WatchGroup group, string key, Seen seen)
    {
        double value = Field < 0 ? 1 : seen.NumberOf(Field) ?? 0;
        List<WatchItem> items = group.Items;
        _ = items.RemoveAll(item => seen.Micros - item.Micros >= Rule.Within);

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
        double sum = 0;
        foreach (WatchItem item in items)
        {
            sum += item.Value;
        }

        if (sum >= Rule.AtLeast)
        {
            Fire(group, key, seen.Micros, seen.Index, () => CauseOf(items), new WatchFacts(sum, "", ""));
        }
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
