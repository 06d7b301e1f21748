// The kinds `match` and `hours`: an entry that is there is enough. Owned by its ledger's watch.

namespace LedgerStore.Guard;

/// <summary>Fires at every entry that it is about.</summary>
internal class MatchWatch(Rule rule, WatchScope scope) : RuleWatch(rule, scope)
{
    protected override long Keep => 0;

    protected override void Evaluate(WatchGroup group, Seen seen) => Fire(
        group, seen.Micros, seen.Index, AlertCause.None.With(seen.Index, seen.Micros), WatchFacts.One);
}

/// <summary>Fires at entries that were received outside of the hours.</summary>
internal sealed class HoursWatch(Rule rule, WatchScope scope) : MatchWatch(rule, scope)
{
    protected override void TakeAbout(Seen seen)
    {
        if (!Rule.Hours!.Has(seen.Micros))
        {
            base.TakeAbout(seen);
        }
    }
}
