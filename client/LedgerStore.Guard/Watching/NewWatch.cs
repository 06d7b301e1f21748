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
        string by = KeyOf(seen).ToString();
        string[] values = ValuesOf(seen);
        foreach (FieldValue value in seen.Values.All)
        {
            if (value.Field != Field)
            {
                continue;
            }

            string text = KeyText.Of(seen.Values.TextOf(value));
            string key = by + text;
            WatchGroup? known = Groups.Touch(key);
            bool isNew = known is null || seen.Micros - known.Last > Rule.Within;
            WatchGroup group = known ?? Make(key, seen.Micros, [.. values, text]);
            if (isNew && seen.Micros - StartAt >= Rule.Learn)
            {
                Fire(
                    group, key, seen.Micros, seen.Index, () => AlertCause.None.With(seen.Index, seen.Micros),
                    new WatchFacts(1, text, ""));
            }

            group.Last = seen.Micros;
            group.LastIndex = seen.Index;
        }
    }

    protected override void Evaluate(WatchGroup group, string key, Seen seen)
    {
    }
}
