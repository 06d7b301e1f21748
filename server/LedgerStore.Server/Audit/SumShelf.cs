// The sums of all named sources, or of all others. Guarded by the book's lock.
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Audit;

/// <summary>Sums and budgets.</summary>
internal sealed class SumShelf
{
    private readonly SumLimits _limits;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);

    // Each key once, the one that waits longest first.
    private readonly Queue<(Source Source, SumKey Key)> _queue = new();
    private readonly Source _others;
    private EntryBudget _budget;

    public SumShelf(SumLimits limits, TimeProvider time)
    {
        _limits = limits;
        _time = time;
        _budget = new EntryBudget(limits.Burst, Ticks(limits.Refill), time.GetTimestamp());
        _others = NewSource();
    }

    public int Waiting => _queue.Count;

    public bool IsSingle(SumKey key, int perSecond)
    {
        long now = _time.GetTimestamp();
        Source source = SourceOf(key);
        bool isFirst = perSecond > 0
            ? source.SinglesIn(now / _time.TimestampFrequency) < perSecond
            : !source.Sums.ContainsKey(key) && HasRoom(source);
        if (source == _others || !isFirst
            || !source.Budget.Has(_limits.SourceBurst / 2, now) || !_budget.Has(_limits.Burst / 2, now))
        {
            Count(source, key);
            return false;
        }

        source.Budget.Take(now);
        _budget.Take(now);
        source.Singles++;
        if (perSecond == 0)
        {
            // Those that follow are counted here.
            Find(source, key);
        }

        return true;
    }

    public void Count(SumKey key) => Count(SourceOf(key), key);

    public void Take(List<WaitingSum> into)
    {
        long now = _time.GetTimestamp();
        for (int looks = _queue.Count; looks > 0 && _budget.Has(0, now); looks--)
        {
            (Source source, SumKey key) = _queue.Dequeue();
            Sum sum = source.Sums[key];
            if (sum.Count > 0 && !source.Budget.Has(0, now))
            {
                _queue.Enqueue((source, key));
                continue;
            }

            source.Sums.Remove(key);
            if (sum.Count > 0)
            {
                source.Budget.Take(now);
                _budget.Take(now);
                into.Add(new WaitingSum(key, sum.Count, sum.Since));
            }
        }

        Forget(now);
    }

    public void TakeAll(List<WaitingSum> into)
    {
        while (_queue.TryDequeue(out (Source Source, SumKey Key) next))
        {
            next.Source.Sums.Remove(next.Key, out Sum? sum);
            if (sum!.Count > 0)
            {
                into.Add(new WaitingSum(next.Key, sum.Count, sum.Since));
            }
        }
    }

    private void Count(Source source, SumKey key)
    {
        SumKey of = source == _others ? key.OthersOfAll
            : source.Sums.ContainsKey(key) || HasRoom(source) ? key
            : key.OthersOfSource;
        Find(source, of).Count++;
    }

    private Sum Find(Source source, SumKey key)
    {
        if (!source.Sums.TryGetValue(key, out Sum? sum))
        {
            sum = new Sum(_time.GetUtcNow());
            source.Sums.Add(key, sum);
            _queue.Enqueue((source, key));
        }

        return sum;
    }

    private bool HasRoom(Source source) => source.Sums.Count < _limits.SourceDetails && _queue.Count < _limits.Details;

    private Source SourceOf(SumKey key)
    {
        if (_sources.TryGetValue(key.Source, out Source? source))
        {
            return source;
        }

        if (_sources.Count >= _limits.Sources)
        {
            return _others;
        }

        source = NewSource();
        _sources.Add(key.Source, source);
        return source;
    }

    private Source NewSource() =>
        new(new EntryBudget(_limits.SourceBurst, Ticks(_limits.SourceRefill), _time.GetTimestamp()));

    // Whose budget is full again is as if it had never been here.
    private void Forget(long now)
    {
        foreach ((string name, Source source) in _sources)
        {
            if (source.Sums.Count == 0 && source.Budget.IsFull(now))
            {
                _sources.Remove(name);
            }
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private sealed class Sum(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;

        public long Count { get; set; }
    }

    private sealed class Source(EntryBudget budget)
    {
        private long _second;

        /// <summary>A field: it changes in place.</summary>
        public EntryBudget Budget = budget;

        public Dictionary<SumKey, Sum> Sums { get; } = [];

        public int Singles { get; set; }

        public int SinglesIn(long now)
        {
            Singles = now == _second ? Singles : 0;
            _second = now;
            return Singles;
        }
    }
}
