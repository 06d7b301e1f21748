// The words for a producer whose batch is not its next one. Pure. Any thread.
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Turns a verdict into the exception that the producer gets.</summary>
internal static class ProducerRefusal
{
    public static StoreException Of(in ProducerDecision decision, long firstSequence, int count)
    {
        long last = firstSequence + count - 1;
        (StoreReason reason, string message) = decision.Verdict switch
        {
            ProducerVerdict.Gap => (
                StoreReason.SequenceGap,
                $"the batch begins with sequence {firstSequence:N0}, the producer's next one is "
                + $"{decision.ExpectedSequence:N0}; send what is missing first"),
            ProducerVerdict.Conflict => (
                StoreReason.SequenceConflict,
                $"sequences {firstSequence:N0} to {last:N0} were appended before with other bytes or other batch "
                + "boundaries; a repeated batch must be the same to the byte"),
            ProducerVerdict.TooOld => (
                StoreReason.SequenceTooOld,
                $"sequences {firstSequence:N0} to {last:N0} were appended more than "
                + $"{StoreLimits.ProducerWindowBatches} batches ago: they are stored, "
                + "their indexes are not remembered"),
            _ => throw new InvariantException($"no refusal for {decision.Verdict}"),
        };
        return new StoreException(reason, message) { Expected = decision.ExpectedSequence };
    }
}
