// The kind `distinct`: so many different values of a field within a window. Owned by its ledger's watch.

using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>Fires when a window has enough different values.</summary>
internal sealed class DistinctWatch(Rule rule, WatchScope scope) : RuleWatch(rule, scope)
{
    protected override long Keep => Rule.Within;

    protected override void Evaluate(WatchGroup group, string key, Seen seen)
    {
        List<WatchItem> items = group.Items;
        _ = items.RemoveAll(item => seen.Micros - item.Micros >= Rule.Within);
        foreach (FieldValue value in seen.Values.All)
        {
            if (value.Field != Field)
            {
                continue;
            }

            // The one that was seen last stands last: those that are enough are kept, and no more.
            string text = KeyText.Of(seen.Values.TextOf(value));
            _ = items.RemoveAll(item => item.Text == text);
            if (items.Count >= Rule.AtLeast)
            {
                items.RemoveAt(0);
            }

            items.Add(new WatchItem(seen.Micros, seen.Index, 1, text));
        }

        if (items.Count >= Rule.AtLeast)
        {
            Fire(
                group, key, seen.Micros, seen.Index, () => CountWatch.CauseOf(items),
                new WatchFacts(items.Count, "", ""));
        }
    }
}
