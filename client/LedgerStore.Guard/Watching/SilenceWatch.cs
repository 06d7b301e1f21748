// The kind `silence`: somebody who should be heard of every so often is not. Who is named in the rule is waited for
// from the start; others once they were heard of, until they were silent for so long that they are forgotten. Owned by
// its ledger's watch.

namespace LedgerStore.Guard;

/// <summary>Fires when a deadline passes, and is resolved by the next entry.</summary>
internal sealed class SilenceWatch(Rule rule, WatchScope scope) : RuleWatch(rule, scope)
{
    private readonly HashSet<string> _names = [.. rule.Names];

    protected override long Keep => long.MaxValue;

    public override void Begin(ulong from, long at)
    {
        base.Begin(from, at);
        foreach (string name in Rule.Names)
        {
            string key = (char)name.Length + name;
            Schedule(Make(key, at, [name]), at + Rule.Within);
        }
    }

    protected override void TakeAbout(Seen seen)
    {
        if (_names.Count == 0 ? HasValue(seen) : _names.Contains(ValuesOf(seen)[0]))
        {
            base.TakeAbout(seen);
        }
    }

    protected override void Evaluate(WatchGroup group, Seen seen)
    {
        if (group.Episode is not null)
        {
            Resolve(group, seen.Micros, seen.Index);
        }

        // It was heard of.
        group.Number = 1;
        Schedule(group, seen.Micros + Rule.Within);
    }

    protected override void Elapsed(WatchGroup group, long at)
    {
        if (group.Episode is not null)
        {
            ForgetIfDue(group, at);
            return;
        }

        long due = group.Last + Rule.Within;
        if (due > at)
        {
            Schedule(group, due);
            return;
        }

        AlertCause cause = group.Number is null ? AlertCause.None : AlertCause.None.With(group.LastIndex, group.Last);
        Fire(group, due, group.LastIndex, cause, WatchFacts.One);
        if (_names.Count == 0)
        {
            Schedule(group, group.Last + Rule.Forget);
        }
    }

    // Whoever was taken out of service is not missed for ever; who is named is waited for until the rule changes.
    private void ForgetIfDue(WatchGroup group, long at)
    {
        long end = group.Last + Rule.Forget;
        if (end > at)
        {
            Schedule(group, end);
            return;
        }

        Resolve(group, end, group.LastIndex, "not waited for any more: ");
        Drop(group);
    }
}
