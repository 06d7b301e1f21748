// The judge of one ledger: what is read, in order, against what was acknowledged and what was read before. Pure;
// owned by one look after the other.
using LedgerStore.Campaigns.Load;

namespace LedgerStore.Campaigns.Judging;

/// <summary>Compares a ledger's entries with the list.</summary>
internal sealed class LedgerJudge(string ledger, ulong seed)
{
    // Of a place that cannot be read.
    private static readonly (string Producer, ulong Sequence) s_hole = (string.Empty, 0);

    private readonly List<Acknowledged> _rows = [];
    private readonly Dictionary<string, ulong> _newest = [];
    private List<(string Producer, ulong Sequence)> _seen = [];
    private List<(string Producer, ulong Sequence)> _before = [];
    private int _judgedRows;

    /// <summary>Where reading goes on.</summary>
    public ulong Next => (ulong)_seen.Count;

    /// <summary>Behind the last acknowledged record.</summary>
    public ulong AcknowledgedEnd { get; private set; }

    public void Add(in Acknowledged row)
    {
        _rows.Add(row);
        AcknowledgedEnd = Math.Max(AcknowledgedEnd, row.Index + (ulong)row.Count);
    }

    /// <summary>Everything is read again, and must be what it was.</summary>
    public void StartOver()
    {
        _before = _seen.Count > _before.Count ? _seen : _before;
        _seen = [];
        _newest.Clear();
        _judgedRows = 0;
    }

    public void Entry(ulong index, string producer, ulong sequence, ReadOnlySpan<byte> payload, Verdict verdict)
    {
        verdict.Compared++;
        if (index != Next)
        {
            verdict.Explain(isWrong: true, $"{ledger}: entry {index} came where {Next} was to come");
            return;
        }

        bool isOurs = producer.StartsWith("writer-", StringComparison.Ordinal) && sequence > 0;
        if (!isOurs || !payload.SequenceEqual(Records.RecordAt(seed, producer, sequence)))
        {
            verdict.Explain(isWrong: true, $"{ledger}: entry {index} is not record {sequence} of '{producer}'");
        }

        CheckOrder(index, producer, sequence, verdict);
        if (index < (ulong)_before.Count
            && _before[(int)index] is var old && old != s_hole && old != (producer, sequence))
        {
            verdict.Explain(isWrong: true, $"{ledger}: entry {index} was {old} and is {(producer, sequence)}");
        }

        _seen.Add((producer, sequence));
    }

    /// <summary>The server named a range that it cannot give.</summary>
    public void Unreadable(ulong first, ulong count, Verdict verdict)
    {
        if (first != Next)
        {
            verdict.Explain(isWrong: true, $"{ledger}: the unreadable range began at {first}, not {Next}");
        }

        for (ulong i = 0; i < count && Next < Math.Max(AcknowledgedEnd, (ulong)_before.Count); i++)
        {
            _seen.Add(s_hole);
        }
    }

    /// <summary>Reading ended. What is acknowledged must have been read, or is named.</summary>
    /// <param name="isEnd">The server said that this is the end; false: it gave up with an error.</param>
    public void End(bool isEnd, Verdict verdict)
    {
        ulong known = (ulong)_before.Count;
        if (isEnd && Next < known)
        {
            verdict.Lost += (long)(known - Next);
            verdict.Say($"{ledger}: ends at {Next}, and ended at {known} before");
        }

        for (; _judgedRows < _rows.Count; _judgedRows++)
        {
            Judge(_rows[_judgedRows], isEnd, verdict);
        }

        if (!isEnd)
        {
            _judgedRows = 0;
        }
    }

    private void Judge(in Acknowledged row, bool isEnd, Verdict verdict)
    {
        for (int i = 0; i < row.Count; i++)
        {
            ulong index = row.Index + (ulong)i;
            (string, ulong) expected = (row.Producer, row.First + (ulong)i);
            if (index >= Next)
            {
                verdict.Lost += isEnd ? 1 : 0;
                verdict.Named += isEnd ? 0 : 1;
                verdict.Say($"{ledger}: {expected} was acknowledged at {index}, and reading ended at {Next}");
            }
            else if (_seen[(int)index] == s_hole)
            {
                verdict.Named++;
            }
            else if (_seen[(int)index] != expected)
            {
                verdict.Explain(
                    isWrong: true, $"{ledger}: {expected} was acknowledged at {index}, where {_seen[(int)index]} is");
            }
        }
    }

    private void CheckOrder(ulong index, string producer, ulong sequence, Verdict verdict)
    {
        ulong last = _newest.GetValueOrDefault(producer);
        if (sequence <= last)
        {
            verdict.Doubled++;
            verdict.Say($"{ledger}: entry {index} is record {sequence} of '{producer}' again, behind {last}");
            return;
        }

        if (sequence != last + 1 && !_seen.Contains(s_hole))
        {
            verdict.Explain(isWrong: true, $"{ledger}: '{producer}' goes from {last} to {sequence} at {index}");
        }

        _newest[producer] = sequence;
    }
}
