// All rules on one ledger. Entries come in order, each once, and between them times that are surely over; alerts come
// out in one order. Everything is decided by what comes in, and nothing by when: a replay gives the same alerts. One
// thread.

using System.Buffers.Binary;
using System.Diagnostics;
using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>Watches a ledger.</summary>
internal sealed class LedgerWatch
{
    private readonly WatchScope _scope;
    private readonly RuleWatch[] _rules;
    private readonly Dictionary<string, RuleWatch> _byName;
    private readonly FieldScanner _scanner;
    private readonly Seen _seen;
    private readonly StoreEventJson? _events;

    public LedgerWatch(string ledger, WatchedLedgers about, IReadOnlyList<Rule> rules, string rulesSha256)
    {
        Ledger = ledger;
        _scope = new WatchScope(ledger, rulesSha256);
        _rules = [.. rules.Select(rule => RuleWatch.Of(rule, _scope))];
        _byName = _rules.ToDictionary(static one => one.Rule.Name, StringComparer.Ordinal);
        _scanner = new FieldScanner(about.Spec);
        _seen = new Seen(_scanner);
        _events = about == WatchedLedgers.Audit ? new StoreEventJson() : null;
    }

    public string Ledger { get; }

    /// <summary>The index that comes next.</summary>
    public ulong Next { get; private set; }

    /// <summary>The time that is reached.</summary>
    public long Clock { get; private set; }

    public IReadOnlyList<RuleWatch> Rules => _rules;

    /// <summary>The alerts that fire now.</summary>
    public IEnumerable<string> Episodes => _rules.SelectMany(static rule => rule.Episodes);

    /// <summary>Begins to read.</summary>
    public void Start(ulong next, long clock)
    {
        Next = next;
        Clock = clock;
    }

    /// <summary>The next entry.</summary>
    public void Take(ulong index, ReadOnlySpan<byte> entry)
    {
        Debug.Assert(index >= Next, "entries come in order, each once");
        Pass(TimeOf(entry));
        _scope.Clauses.Next();
        _ = _events is not null && EntryView.TryParse(entry, out EntryView view)
            && _events.Write(view) is { Length: > 0 } record
            ? _scanner.TryScan(entry, record)
            : _scanner.TryScan(entry);
        _seen.Index = index;
        _seen.Micros = Clock;
        foreach (RuleWatch rule in _rules)
        {
            rule.Take(_seen);
        }

        Next = index + 1;
    }

    // Every entry begins with its time.
    private static long TimeOf(ReadOnlySpan<byte> entry) =>
        entry.Length >= EntryFields.TimeBytes && entry[0] == EntryFields.TimeTag
            ? BinaryPrimitives.ReadInt64LittleEndian(entry[1..])
            : 0;

    /// <summary>Entries that nobody can read any more.</summary>
    public void Skip(ulong next) => Next = Math.Max(Next, next);

    /// <summary>Everything that was received before a time has come.</summary>
    public void Pass(long time)
    {
        while (_scope.Timers.TryTake(time, out Deadline first))
        {
            Clock = Math.Max(Clock, first.At);
            _byName[first.Rule].Due(first.Key, first.At);
        }

        Clock = Math.Max(Clock, time);
    }

    /// <summary>Takes what was found since the last time.</summary>
    public IReadOnlyList<Alert> TakeFound()
    {
        if (_scope.Found.Count == 0)
        {
            return [];
        }

        Alert[] found = [.. _scope.Found];
        _scope.Found.Clear();
        return found;
    }

    public LedgerState Save() => new(Ledger, Next, Clock, [.. _rules.Select(static rule => rule.Save())]);

    /// <summary>Goes on where another left off; rules that it did not have begin where it is.</summary>
    public void Restore(LedgerState state)
    {
        Start(state.Next, state.Clock);
        foreach (RuleWatch rule in _rules)
        {
            if (state.Rules.FirstOrDefault(one => one.Hash == rule.Hash) is { } known)
            {
                rule.Restore(known);
            }
        }
    }
}

/// <summary>What is known of one ledger, up to an index.</summary>
internal sealed record LedgerState(string Ledger, ulong Next, long Clock, IReadOnlyList<RuleState> Rules);
