// The kind `new`: a value that was not there for a while, or never. Every value is its own group, which lives as long
// as the value is known; at first it only learns. Owned by its ledger's watch.

using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>Fires at values that are not known.</summary>
internal sealed class NewWatch(Rule rule, WatchScope scope) : RuleWatch(rule, scope)
{
    protected override long Keep => Rule.Within;

    protected override void TakeAbout(Seen seen)
    {
        FieldValues values = seen.ValuesFor(Field);
        foreach (FieldValue value in values.All)
        {
            if (value.Field != Field)
            {
                continue;
            }

            ReadOnlySpan<char> key = KeyOf(seen, values.TextOf(value));
            WatchGroup? known = Groups.Touch(key);
            if (known is null || seen.Micros - known.Last > Rule.Within)
            {
                string text = KeyText.Of(values.TextOf(value));
                known ??= Make(key.ToString(), seen.Micros, [.. ValuesOf(seen), text]);
                Evaluate(known, seen);
            }

            known.Last = seen.Micros;
            known.LastIndex = seen.Index;
        }
    }

    // A value that is not known: what it is stands behind the others of the group.
    protected override void Evaluate(WatchGroup group, Seen seen)
    {
        if (seen.Micros - StartAt >= Rule.Learn)
        {
            Fire(
                group, seen.Micros, seen.Index, AlertCause.None.With(seen.Index, seen.Micros),
                new WatchFacts(1, group.Values[^1], ""));
        }
    }
}
