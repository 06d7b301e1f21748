// The kind `distinct`: so many different values of a field within a window. Owned by its ledger's watch.

using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>Fires when a window has enough different values.</summary>
internal sealed class DistinctWatch(Rule rule, WatchScope scope) : RuleWatch(rule, scope)
{
    protected override long Keep => Rule.Within;

    protected override void Evaluate(WatchGroup group, Seen seen)
    {
        List<WatchItem> items = group.Items;
        CountWatch.RemoveOld(items, seen.Micros - Rule.Within);
        FieldValues values = seen.ValuesFor(Field);
        foreach (FieldValue value in values.All)
        {
            if (value.Field != Field)
            {
                continue;
            }

            // The one that was seen last stands last: those that are enough are kept, and no more.
            string text = KeyText.Of(values.TextOf(value));
            int known = IndexOf(items, text);
            if (known >= 0)
            {
                items.RemoveAt(known);
            }
            else if (items.Count >= Rule.AtLeast)
            {
                items.RemoveAt(0);
            }

            items.Add(new WatchItem(seen.Micros, seen.Index, 1, text));
        }

        if (items.Count >= Rule.AtLeast)
        {
            Fire(
                group, seen.Micros, seen.Index,
                group.Episode is null ? CountWatch.CauseOf(items) : AlertCause.None,
                new WatchFacts(items.Count, "", ""));
        }
    }

    private static int IndexOf(List<WatchItem> items, string text)
    {
        for (int i = items.Count - 1; i >= 0; i--)
        {
            if (items[i].Text == text)
            {
                return i;
            }
        }

        return -1;
    }
}
