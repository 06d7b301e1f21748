// What a producer may expect, written down as naively as possible: every batch ever appended, in a list.

using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Tests.Engine.Ledgers;

/// <summary>One producer's whole history.</summary>
/// <remarks>
/// The answers of 64 batches are remembered, those in flight among them. When batches in flight are lost, the rest of
/// the 64 remains and grows again: a producer that has at most 64 batches outstanding never misses an answer.
/// </remarks>
internal sealed class ProducerModel
{
    public List<(BatchAnswer Answer, long Position)> Batches { get; } = [];

    /// <summary>How many of the newest batches have their answers remembered.</summary>
    public int Remembered { get; private set; }

    public long Last => Batches.Count == 0 ? 0 : Batches[^1].Answer.LastSequence;

    public ProducerVerdict Decide(long first, int count, UInt128 fingerprint)
    {
        if (first == Last + 1)
        {
            return ProducerVerdict.Append;
        }

        if (first > Last)
        {
            return ProducerVerdict.Gap;
        }

        foreach ((BatchAnswer answer, _) in Batches.TakeLast(Remembered))
        {
            if (answer.FirstSequence == first)
            {
                return answer.Count == count && answer.Fingerprint == fingerprint
                    ? ProducerVerdict.Duplicate
                    : ProducerVerdict.Conflict;
            }
        }

        long firstRemembered = Remembered == 0 ? Last + 1 : Batches[^Remembered].Answer.FirstSequence;
        return first + count - 1 < firstRemembered ? ProducerVerdict.TooOld : ProducerVerdict.Conflict;
    }

    public void Append(BatchAnswer answer, long position)
    {
        Batches.Add((answer, position));
        Remembered = Math.Min(Remembered + 1, StoreLimits.ProducerWindowBatches);
    }

    public int InFlight(long durable) => Batches.Count(batch => batch.Position > durable);

    public void Lose(long durable)
    {
        Remembered = Math.Max(0, Remembered - InFlight(durable));
        Batches.RemoveAll(batch => batch.Position > durable);
    }

    public void Restart(ProducerSnapshot? snapshot)
    {
        int later = Batches.Count(batch => batch.Answer.FirstSequence > (snapshot?.LastSequence ?? 0));
        Remembered = Math.Min((snapshot?.Batches.Length ?? 0) + later, StoreLimits.ProducerWindowBatches);
    }
}
