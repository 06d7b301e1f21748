// The groups of a rule: made, bounded, forgotten, waited for, and kept across restarts. Owned by its ledger's watch.

namespace LedgerStore.Guard;

internal abstract partial class RuleWatch
{
    private const string LimitKey = "!limit";
    private const string LimitRule = "guard-limit";
    private const long LimitQuiet = 3_600 * Micros.Second;

    private WatchGroup _limit = new() { Key = LimitKey };
    private long _items;

    /// <summary>All groups.</summary>
    protected GroupBook Groups { get; } = new();

    /// <summary>The alerts that fire now.</summary>
    public IEnumerable<string> Episodes => Groups.All.Select(static one => one.Group).Append(_limit)
        .Where(static group => group.Episode is not null).Select(static group => group.Episode!.Id);

    /// <summary>A deadline of this rule passed.</summary>
    public void Due(string key, long at)
    {
        if (key == LimitKey)
        {
            _limit.Due = 0;
            ElapsedLimit(at);
        }
        else if (Groups.Find(key) is { } group)
        {
            group.Due = 0;
            Elapsed(group, at);
        }
    }

    /// <summary>What it knows.</summary>
    public RuleState Save() => new(
        Hash, From, StartAt, [.. Groups.All.Select(static one => one.Group)], _limit);

    /// <summary>Goes on where another left off.</summary>
    public void Restore(RuleState state)
    {
        From = state.From;
        StartAt = state.StartAt;
        _limit = state.Limit;
        foreach (WatchGroup kept in state.Groups)
        {
            Groups.Add(kept.Key, kept);
            _items += kept.Items.Count;
        }

        foreach (WatchGroup kept in state.Groups.Append(state.Limit).Where(static one => one.Due > 0))
        {
            Scope.Timers.Add(new Deadline(kept.Due, Rule.Name, kept.Key));
        }
    }

    protected WatchGroup Make(string key, long now, string[] values)
    {
        if (Groups.Count >= GuardLimits.GroupsMax)
        {
            Forget(now);
        }

        if (Groups is { Count: >= GuardLimits.GroupsMax, Oldest: { } oldest })
        {
            GiveUp(oldest.Group, now);
        }

        WatchGroup made = new() { Key = key, Values = values, Last = now };
        Groups.Add(key, made);
        return made;
    }

    /// <summary>Has a deadline waited for; a later one than that of the group comes when that has passed.</summary>
    protected void Schedule(WatchGroup group, long at)
    {
        if (group.Due > 0 && group.Due <= at)
        {
            return;
        }

        if (group.Due > 0)
        {
            Scope.Timers.Remove(new Deadline(group.Due, Rule.Name, group.Key));
        }

        group.Due = at;
        Scope.Timers.Add(new Deadline(at, Rule.Name, group.Key));
    }

    /// <summary>A bound was reached: what is found from here on may be less or more than it should be.</summary>
    protected void SayLimit(long now, ulong index)
    {
        string[] values = [Rule.Name];
        if (_limit.Episode is null)
        {
            string id = Alert.IdOf(LimitRule + Hash, Scope.Ledger, values, AlertState.Firing, now, index);
            _limit.Episode = new Episode(
                id, now, AlertCause.None,
                $"the rule {Rule.Name} has more to remember of {Scope.Ledger} than the guard keeps");
            EmitLimit(AlertState.Firing, id, now);
        }

        _limit.QuietAt = now + LimitQuiet;
        Schedule(_limit, _limit.QuietAt);
    }

    private void ElapsedLimit(long at)
    {
        if (_limit.Episode is null || _limit.QuietAt > at)
        {
            Schedule(_limit, _limit.QuietAt);
            return;
        }

        string id = Alert.IdOf(LimitRule + Hash, Scope.Ledger, [Rule.Name], AlertState.Resolved, at, 0);
        EmitLimit(AlertState.Resolved, id, at);
        _limit.Episode = null;
    }

    private void EmitLimit(AlertState state, string id, long at) => Scope.Found.Add(new Alert
    {
        Id = id,
        Episode = _limit.Episode!.Id,
        Rule = LimitRule,
        State = state,
        Severity = Severity.Warning,
        Ledger = Scope.Ledger,
        Group = [KeyValuePair.Create("rule", Rule.Name)],
        At = at,
        Since = _limit.Episode.Since,
        Says = state == AlertState.Firing ? _limit.Episode.Says : "over: " + _limit.Episode.Says,
        Do = state == AlertState.Firing
            ? "Group by fields with fewer values, or make the window shorter: until then the rule may miss something."
            : "Nothing more.",
        Cause = AlertCause.None,
        RulesSha256 = Scope.RulesSha256,
    });

    private void Account(int more, WatchGroup group, long now)
    {
        _items += more;
        while (_items > GuardLimits.ItemsTotalMax && Groups.Oldest is { } oldest && oldest.Group != group)
        {
            GiveUp(oldest.Group, now);
        }
    }

    private void GiveUp(WatchGroup oldest, long now)
    {
        SayLimit(now, oldest.LastIndex);
        if (oldest.Episode is not null)
        {
            Resolve(oldest, now, oldest.LastIndex);
        }

        Drop(oldest);
    }

    // The quiet ones come first: what is looked at here is never looked at again.
    private void Forget(long now)
    {
        while (Groups.Oldest is { } oldest && oldest.Group.Episode is null && Keep < now - oldest.Group.Last)
        {
            Drop(oldest.Group);
        }
    }

    /// <summary>Nothing is known of it any more.</summary>
    protected void Drop(WatchGroup group)
    {
        if (group.Due > 0)
        {
            Scope.Timers.Remove(new Deadline(group.Due, Rule.Name, group.Key));
        }

        _items -= group.Items.Count;
        Groups.Remove(group.Key);
    }
}

/// <summary>What one rule knows of one ledger.</summary>
internal sealed record RuleState(
    string Hash, ulong From, long StartAt, IReadOnlyList<WatchGroup> Groups, WatchGroup Limit);
