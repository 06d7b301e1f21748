// What the rules of exactly-once say about one batch. Values: any thread.

using System.Runtime.InteropServices;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Ledgers;

/// <summary>What to do with a batch.</summary>
internal enum ProducerVerdict
{
    /// <summary>It is the next one.</summary>
    Append,

    /// <summary>It was appended before: give the first answer again, once it is durable.</summary>
    Duplicate,

    /// <summary>Numbers are missing before it.</summary>
    Gap,

    /// <summary>These numbers were used before, for other bytes or with other boundaries.</summary>
    Conflict,

    /// <summary>These numbers were used before, too long ago to give the answer again. Never appended again.</summary>
    TooOld,
}

/// <summary>The verdict, and what the answer to the producer needs.</summary>
/// <param name="ExpectedSequence">The next sequence of the producer, whatever the verdict.</param>
/// <param name="Answer">Of a duplicate: what was answered first.</param>
/// <param name="Position">Of a duplicate: the journal position that must be durable before it is answered.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProducerDecision(
    ProducerVerdict Verdict, long ExpectedSequence, BatchAnswer Answer, long Position)
{
    /// <summary>What the producer is told whose batch is not its next one.</summary>
    public StoreException Refusal(long firstSequence, int count)
    {
        long last = firstSequence + count - 1;
        (StoreReason reason, string message) = Verdict switch
        {
            ProducerVerdict.Gap => (
                StoreReason.SequenceGap,
                $"the batch begins with sequence {firstSequence:N0}, the producer's next one is "
                + $"{ExpectedSequence:N0}; send what is missing first"),
            ProducerVerdict.Conflict => (
                StoreReason.SequenceConflict,
                $"sequences {firstSequence:N0} to {last:N0} were appended before with other bytes or other batch "
                + "boundaries; a repeated batch must be the same to the byte"),
            ProducerVerdict.TooOld => (
                StoreReason.SequenceTooOld,
                $"sequences {firstSequence:N0} to {last:N0} were appended more than "
                + $"{StoreLimits.ProducerWindowBatches} batches ago: they are stored, "
                + "their indexes are not remembered"),
            _ => throw new InvariantException($"no refusal for {Verdict}"),
        };
        return new StoreException(reason, message) { Expected = ExpectedSequence };
    }
}
