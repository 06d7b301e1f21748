// The first step of an append, on the caller's thread and outside any lock: limits, fingerprint, built entries.
// Holds pools and nothing else: any thread.
using LedgerStore.Engine.Entries;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

/// <summary>Builds batches and offers them to the gate.</summary>
internal sealed class Appends(Gate gate, EntryBuilder builder, BatchFingerprint fingerprints)
{
    private readonly OperationPool _operations = new();

    public ValueTask<AppendResult> AppendAsync(
        OpenLedger ledger, in RecordBatch batch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StageMark started = StageClock.Start();
        AppendOperation operation = Build(ledger, batch);
        started = StageClock.End(Stage.Build, started);

        // Taken before it is admitted: once it is, it may be finished, and used for another batch, at any moment.
        ValueTask<AppendResult> answer = operation.Answer;
        short version = operation.Version;
        bool isAdmitted;
        try
        {
            isAdmitted = gate.Admit(operation);
            StageClock.End(Stage.Gate, started);
        }
        catch
        {
            operation.Abandon();
            throw;
        }

        return isAdmitted || !cancellationToken.CanBeCanceled
            ? answer
            : WaitSlowAsync(answer, operation, version, cancellationToken);
    }

    private AppendOperation Build(OpenLedger ledger, in RecordBatch batch)
    {
        RecordBatch entries = batch with { IsSalted = ledger.IsSalted };
        int size = EntryBuilder.Measure(entries, batch.Payload.Length);
        bool hasProducer = !batch.Producer.IsEmpty;
        UInt128 fingerprint = hasProducer
            ? fingerprints.Compute(batch.ContentType, batch.Lengths, batch.Payload)
            : default;

        AppendOperation operation = _operations.Take();
        builder.Build(entries, batch.Payload, size, operation.RentBuilt(size));

        operation.Describe(
            ledger,
            batch.Lengths.Length,
            hasProducer,
            batch.FirstSequence,
            fingerprint,
            batch.ExpectedSize ?? -1,
            batch.Chain,
            batch.FreesSpace);
        return operation;
    }

    /// <summary>Waits for room, which can be given up; from admission on it cannot.</summary>
    private async ValueTask<AppendResult> WaitSlowAsync(
        ValueTask<AppendResult> answer, AppendOperation operation, short version, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            (_, token) => gate.TryCancel(operation, version, token), null);
        await using (registration.ConfigureAwait(false))
        {
            return await answer.ConfigureAwait(false);
        }
    }
}
