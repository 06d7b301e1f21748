// The judge of one ledger: what is read, in order, against what was acknowledged and what was read before. Pure;
// owned by one look after the other.
using LedgerStore.Campaigns.Load;

namespace LedgerStore.Campaigns.Judging;

/// <summary>Compares a ledger's entries with the list.</summary>
internal sealed class LedgerJudge(string ledger, ulong seed)
{
    // Of a place that cannot be read.
    private static readonly (string Producer, ulong Sequence) Hole = (string.Empty, 0);

    private readonly List<Acknowledged> rows = [];
    private readonly Dictionary<string, ulong> newest = [];
    private List<(string Producer, ulong Sequence)> seen = [];
    private List<(string Producer, ulong Sequence)> before = [];
    private int judgedRows;

    /// <summary>Where reading goes on.</summary>
    public ulong Next => (ulong)seen.Count;

    /// <summary>Behind the last acknowledged record.</summary>
    public ulong AcknowledgedEnd { get; private set; }

    public void Add(in Acknowledged row)
    {
        rows.Add(row);
        AcknowledgedEnd = Math.Max(AcknowledgedEnd, row.Index + (ulong)row.Count);
    }

    /// <summary>Everything is read again, and must be what it was.</summary>
    public void StartOver()
    {
        before = seen.Count > before.Count ? seen : before;
        seen = [];
        newest.Clear();
        judgedRows = 0;
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
        if (index < (ulong)before.Count && before[(int)index] is var old && old != Hole && old != (producer, sequence))
        {
            verdict.Explain(isWrong: true, $"{ledger}: entry {index} was {old} and is {(producer, sequence)}");
        }

        seen.Add((producer, sequence));
    }

    /// <summary>The server named a range that it cannot give.</summary>
    public void Unreadable(ulong first, ulong count, Verdict verdict)
    {
        if (first != Next)
        {
            verdict.Explain(isWrong: true, $"{ledger}: the unreadable range began at {first}, not {Next}");
        }

        for (ulong i = 0; i < count && Next < Math.Max(AcknowledgedEnd, (ulong)before.Count); i++)
        {
            seen.Add(Hole);
        }
    }

    /// <summary>Reading ended. What is acknowledged must have been read, or is named.</summary>
    /// <param name="isEnd">The server said that this is the end; false: it gave up with an error.</param>
    public void End(bool isEnd, Verdict verdict)
    {
        ulong known = (ulong)before.Count;
        if (isEnd && Next < known)
        {
            verdict.Lost += (long)(known - Next);
            verdict.Say($"{ledger}: ends at {Next}, and ended at {known} before");
        }

        for (; judgedRows < rows.Count; judgedRows++)
        {
            Judge(rows[judgedRows], isEnd, verdict);
        }

        if (!isEnd)
        {
            judgedRows = 0;
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
            else if (seen[(int)index] == Hole)
            {
                verdict.Named++;
            }
            else if (seen[(int)index] != expected)
            {
                verdict.Explain(
                    isWrong: true, $"{ledger}: {expected} was acknowledged at {index}, where {seen[(int)index]} is");
            }
        }
    }

    private void CheckOrder(ulong index, string producer, ulong sequence, Verdict verdict)
    {
        ulong last = newest.GetValueOrDefault(producer);
        if (sequence <= last)
        {
            verdict.Doubled++;
            verdict.Say($"{ledger}: entry {index} is record {sequence} of '{producer}' again, behind {last}");
            return;
        }

        if (sequence != last + 1 && !seen.Contains(Hole))
        {
            verdict.Explain(isWrong: true, $"{ledger}: '{producer}' goes from {last} to {sequence} at {index}");
        }

        newest[producer] = sequence;
    }
}
