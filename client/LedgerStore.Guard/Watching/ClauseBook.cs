// The clauses of all rules of a ledger, each once: what an entry has to do with one is found out once, however many
// rules ask. Owned by the ledger's watch, on one thread.

using LedgerStore.Fields;

namespace LedgerStore.Guard;

/// <summary>Clauses by number.</summary>
internal sealed class ClauseBook
{
    private readonly List<BoundClause> _clauses = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private long[] _askedAt = [];
    private Verdict[] _verdicts = [];
    private long _entry;

    /// <summary>The number of a clause.</summary>
    public int NumberOf(IndexSpec spec, Clause clause)
    {
        string text = clause.ToString();
        if (!_numbers.TryGetValue(text, out int number))
        {
            number = _clauses.Count;
            _numbers.Add(text, number);
            _clauses.Add(BoundClause.Bind(spec, clause));
            Array.Resize(ref _askedAt, _clauses.Count);
            Array.Resize(ref _verdicts, _clauses.Count);
        }

        return number;
    }

    /// <summary>Another entry: nothing is known of it.</summary>
    public void Next() => _entry++;

    /// <summary>Whether the entry has a clause.</summary>
    public Verdict Match(int number, Seen seen)
    {
        if (_askedAt[number] != _entry)
        {
            _askedAt[number] = _entry;
            Verdict verdict = _clauses[number].Match(seen.Values);
            _verdicts[number] = verdict != Verdict.Yes && seen.Envelope is { } around
                && _clauses[number].Match(around) == Verdict.Yes ? Verdict.Yes : verdict;
        }

        return _verdicts[number];
    }
}
