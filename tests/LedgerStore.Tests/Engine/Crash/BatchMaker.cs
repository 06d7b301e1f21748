// Makes up what applications send to a simulated store: new batches, repeated ones, wrong ones.
// Owned by one simulation, on one thread.
using LedgerStore.Engine;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>Random batches for a model's ledgers.</summary>
internal sealed class BatchMaker(StoreModel model, SplitMix random)
{
    private const int ProducersMax = 4;

    // Batches of a producer whose answers are certainly remembered: of the last 64, some may never have become durable.
    private const int CertainlyRemembered = StoreLimits.ProducerWindowBatches / 2;

    public ModelLedger? AnyLedger()
    {
        ModelLedger? any = model.Ledgers.Count == 0 ? null : model.Ledgers[random.Below(model.Ledgers.Count)];
        return any is { IsCreated: true } ? any : null;
    }

    /// <summary>Anything that an application may do; null when there is no ledger yet.</summary>
    /// <param name="isPredictable">Everything that is on its way will be stored.</param>
    public ModelBatch? Next(bool isPredictable) => random.Below(10) switch
    {
        0 or 1 => Repeat(isPredictable) ?? Fresh(),
        2 when isPredictable => Wrong() ?? Fresh(),
        _ => Fresh(),
    };

    /// <summary>The next batch of somebody.</summary>
    public ModelBatch? Fresh()
    {
        if (AnyLedger() is not { } ledger)
        {
            return null;
        }

        ModelProducer? producer = random.OneIn(3) ? null : AnyProducer(ledger);
        return new ModelBatch(model.NextNumber++, ledger, producer, random, Records())
        {
            ExpectedSize = random.OneIn(8) ? model.SizeToCome(ledger) : null,
        };
    }

    private int Records() => random.Below(8) switch
    {
        0 => 80 + random.Below(60),
        < 3 => 10 + random.Below(40),
        _ => 1 + random.Below(5),
    };

    private ModelProducer AnyProducer(ModelLedger ledger)
    {
        int chosen = random.Below(ProducersMax);
        while (ledger.Producers.Count <= chosen)
        {
            int number = ledger.Producers.Count;
            ledger.Producers.Add(new ModelProducer($"app-{number % 2}", $"producer-{number}"));
        }

        return ledger.Producers[chosen];
    }

    private ModelProducer? ProducerWithBatches() => AnyLedger() is not { } ledger ? null
        : AnyProducer(ledger) is { Batches.Count: > 0 } producer ? producer : null;

    /// <summary>Somebody did not get his answer, or believes so.</summary>
    private ModelBatch? Repeat(bool isPredictable)
    {
        if (ProducerWithBatches() is not { } producer)
        {
            return null;
        }

        int age = random.Below(Math.Min(producer.Batches.Count, CertainlyRemembered));
        ModelBatch first = producer.Batches[^(age + 1)];
        bool canRepeat = first.Fate == BatchFate.Stored || (first.Fate == BatchFate.Pending && isPredictable);
        return canRepeat ? Again(first, first.FirstSequence, mustFail: null, random.OneIn(4) ? 0 : null) : null;
    }

    /// <summary>Other bytes under a known sequence, a gap, a repetition that comes too late, a wrong size.</summary>
    private ModelBatch? Wrong()
    {
        if (ProducerWithBatches() is not { } producer)
        {
            return null;
        }

        ModelBatch newest = producer.Batches[^1];
        switch (random.Below(4))
        {
            case 0:
                return new ModelBatch(model.NextNumber++, newest.Ledger, producer, random, Records())
                {
                    FirstSequence = newest.FirstSequence,
                    MustFail = StoreReason.SequenceConflict,
                };
            case 1:
                return new ModelBatch(model.NextNumber++, newest.Ledger, producer, random, Records())
                {
                    FirstSequence = producer.NextSequence + 1 + random.Below(9),
                    MustFail = StoreReason.SequenceGap,
                };
            case 2 when producer.Batches.Count > StoreLimits.ProducerWindowBatches:
                ModelBatch old = producer.Batches[
                    random.Below(producer.Batches.Count - StoreLimits.ProducerWindowBatches)];
                return Again(old, old.FirstSequence, StoreReason.SequenceTooOld, expectedSize: null);
            default:
                return new ModelBatch(model.NextNumber++, newest.Ledger, null, random, Records())
                {
                    ExpectedSize = model.SizeToCome(newest.Ledger) + 1 + random.Below(3),
                    MustFail = StoreReason.SizeMismatch,
                };
        }
    }

    private ModelBatch Again(ModelBatch first, long sequence, StoreReason? mustFail, long? expectedSize) =>
        new(model.NextNumber++, first.Ledger, first.Producer, random, 1)
        {
            FirstSequence = sequence,
            RepeatOf = first,
            MustFail = mustFail,
            ExpectedSize = expectedSize,
        };
}
