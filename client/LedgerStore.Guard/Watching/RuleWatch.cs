// One rule on one ledger: which entries it is about, its groups, and when an alert begins and ends. Each kind of rule
// says what an entry and a deadline mean to it. No clock and no chance in here: the same entries give the same alerts.
// Owned by its ledger's watch, on one thread.

using System.Globalization;
using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>Evaluates a rule.</summary>
internal abstract partial class RuleWatch
{
    private readonly int[] _where;
    private readonly int[] _unless;
    private readonly int[] _by;

    protected RuleWatch(Rule rule, WatchScope scope)
    {
        Rule = rule;
        Scope = scope;
        Hash = rule.Hash;
        IndexSpec spec = rule.Ledgers.Spec;
        _where = [.. rule.Where.Select(clause => scope.Clauses.NumberOf(spec, clause))];
        _unless = [.. rule.Unless.Select(clause => scope.Clauses.NumberOf(spec, clause))];
        _by = [.. rule.By.Select(spec.NumberOf)];
        Field = rule.Field is null ? -1 : spec.NumberOf(rule.Field);
    }

    public Rule Rule { get; }

    public string Hash { get; }

    /// <summary>The first entry that it looks at.</summary>
    public ulong From { get; private set; }

    /// <summary>When it began to watch.</summary>
    public long StartAt { get; private set; }

    protected WatchScope Scope { get; }

    protected int Field { get; }

    /// <summary>How long a group without an alert matters.</summary>
    protected abstract long Keep { get; }

    public static RuleWatch Of(Rule rule, WatchScope scope) => rule.Kind switch
    {
        RuleKind.Match => new MatchWatch(rule, scope),
        RuleKind.Count => new CountWatch(rule, scope),
        RuleKind.Distinct => new DistinctWatch(rule, scope),
        RuleKind.New => new NewWatch(rule, scope),
        RuleKind.Hours => new HoursWatch(rule, scope),
        RuleKind.Silence => new SilenceWatch(rule, scope),
        _ => new GapWatch(rule, scope),
    };

    /// <summary>Says from where on it watches.</summary>
    public virtual void Begin(ulong from, long at)
    {
        From = from;
        StartAt = at;
    }

    /// <summary>An entry comes.</summary>
    public void Take(Seen seen)
    {
        if (seen.Index >= From && IsAbout(seen))
        {
            TakeAbout(seen);
            Forget(seen.Micros);
        }
    }

    /// <summary>What it does with an entry that it is about.</summary>
    protected virtual void TakeAbout(Seen seen)
    {
        ReadOnlySpan<char> key = seen.KeyOf(_by);
        WatchGroup group = Groups.Touch(key) ?? Make(key.ToString(), seen.Micros, ValuesOf(seen));
        int before = group.Items.Count;
        Evaluate(group, seen);
        group.Last = seen.Micros;
        group.LastIndex = seen.Index;
        Account(group.Items.Count - before, group, seen.Micros);
    }

    protected abstract void Evaluate(WatchGroup group, Seen seen);

    /// <summary>A deadline passed.</summary>
    protected virtual void Elapsed(WatchGroup group, long at)
    {
        if (group.Episode is null)
        {
            return;
        }

        if (group.QuietAt > at)
        {
            Schedule(group, group.QuietAt);
            return;
        }

        Resolve(group, group.QuietAt, group.LastIndex);
    }

    protected string[] ValuesOf(Seen seen) => [.. _by.Select(seen.TextOf)];

    protected ReadOnlySpan<char> KeyOf(Seen seen, ReadOnlySpan<byte> value) => seen.KeyOf(_by, value);

    /// <summary>Whether any of the fields that it groups by has a value.</summary>
    protected bool HasValue(Seen seen) => seen.KeyOf(_by).Length > _by.Length;

    // What cannot be read matches nothing: a rule of its own is about such entries.
    private bool IsAbout(Seen seen)
    {
        foreach (int clause in _where)
        {
            if (Scope.Clauses.Match(clause, seen) != Verdict.Yes)
            {
                return false;
            }
        }

        foreach (int clause in _unless)
        {
            if (Scope.Clauses.Match(clause, seen) == Verdict.Yes)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The cause is there: an alert begins, or goes on.</summary>
    /// <param name="cause">Of one that begins: whoever goes on need not find it out.</param>
    protected void Fire(WatchGroup group, long at, ulong index, AlertCause cause, in WatchFacts facts)
    {
        if (group.Episode is { } going)
        {
            group.Episode = going with { Cause = going.Cause.With(index, at) };
        }
        else
        {
            string id = Alert.IdOf(Hash, Scope.Ledger, group.Values, AlertState.Firing, at, index);
            group.Episode = new Episode(id, at, cause, Sentence(Rule.Says, group, index, facts));
            Emit(group, AlertState.Firing, id, at, group.Episode.Says, Sentence(Rule.Do, group, index, facts));
        }

        group.QuietAt = at + Rule.Quiet;
        if (Rule.Kind != RuleKind.Silence)
        {
            Schedule(group, group.QuietAt);
        }
    }

    protected void Resolve(WatchGroup group, long at, ulong index) => Resolve(group, at, index, "over: ");

    /// <param name="how">What is said before what was said when it began.</param>
    protected void Resolve(WatchGroup group, long at, ulong index, string how)
    {
        string id = Alert.IdOf(Hash, Scope.Ledger, group.Values, AlertState.Resolved, at, index);
        Emit(group, AlertState.Resolved, id, at, how + group.Episode!.Says, "Nothing more.");
        group.Episode = null;
    }

    private void Emit(WatchGroup group, AlertState state, string id, long at, string says, string advice) =>
        Scope.Found.Add(new Alert
        {
            Id = id,
            Episode = group.Episode!.Id,
            Rule = Rule.Name,
            State = state,
            Severity = Rule.Severity,
            Ledger = Scope.Ledger,
            Group =
            [
                .. NamesOfValues().Zip(
                    group.Values, static (name, value) => KeyValuePair.Create(name, Cut(value))),
            ],
            At = at,
            Since = group.Episode.Since,
            Says = says,
            Do = advice,
            Cause = group.Episode.Cause,
            RulesSha256 = Scope.RulesSha256,
        });

    private IEnumerable<string> NamesOfValues() => Rule.Kind == RuleKind.New ? [.. Rule.By, Rule.Field!] : Rule.By;

    // A field of the rule comes first: `ledger` of an entry of `_audit` is the one that it is about.
    private string Sentence(string text, WatchGroup group, ulong index, WatchFacts facts) => RuleSentence.Fill(
        text,
        name => Rule.By.ToList().IndexOf(name) is >= 0 and int at
            ? Cut(group.Values[at])
            : name switch
            {
                "count" => facts.Count.ToString("0.######", CultureInfo.InvariantCulture),
                "within" => Micros.TextOf(Rule.Within),
                "ledger" => Scope.Ledger,
                "index" => index.ToString(CultureInfo.InvariantCulture),
                "value" => Cut(facts.Value),
                "expected" => facts.Expected,
                _ => name,
            });

    private static string Cut(string text) =>
        text.Length <= GuardLimits.ShownMax ? text : text[..GuardLimits.ShownMax] + "...";
}

/// <summary>What a sentence may say beside its group.</summary>
internal readonly record struct WatchFacts(double Count, string Value, string Expected)
{
    public static readonly WatchFacts One = new(1, "", "");
}
