// The gate's part that says no, or "you asked that before".
// Under the gate's lock, but for CompleteWhenDurable, which runs wherever its frame became durable.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Ledgers;

namespace LedgerStore.Engine.Pipeline;

internal sealed partial class Gate
{
    private StoreException? Refusal(AppendOperation operation)
    {
        if (operation.Chain is { IsBroken: true })
        {
            return new StoreException(
                StoreReason.ChainBroken,
                "an earlier batch of the same sender was refused, so this one was not appended; look at that refusal");
        }

        if (operation.Ledger.AppendRefusal is { } refusal)
        {
            return refusal;
        }

        return (_finalRefusal ?? (IsRefused(operation) ? _refusal : null)) is { } refused
            ? new StoreException(refused.Reason, refused.Message, refused) { BytesToFree = refused.BytesToFree }
            : null;
    }

    private static void Answer(AppendOperation operation, Exception refusal)
    {
        operation.Chain?.Break();
        operation.ReturnBuilt();
        operation.Fail(refusal);
    }

    private static ProducerName NameOf(AppendOperation operation)
    {
        // Who appends and under which name stands in the entries, and the first one says it for all.
        Span<byte> built = operation.Built;
        EntryView first = EntryView.Parse(built[BlockFormat.EntryPrefixBytes..BundleFormat.EntryEnd(built, 0)]);
        return new ProducerName(first.Appender, first.Producer);
    }

    /// <summary>Whether the batch is the producer's next one; if not, it has been answered.</summary>
    private bool MayAppend(AppendOperation operation, ProducerName name, out ProducerWindow? window)
    {
        ProducerDecision decision = operation.Ledger.Producers.Decide(
            name, operation.FirstSequence, operation.Count, operation.Fingerprint, out window);
        switch (decision.Verdict)
        {
            case ProducerVerdict.Append:
                return true;

            case ProducerVerdict.Duplicate:
                operation.ReturnBuilt();
                CompleteWhenDurable(operation, decision.Answer, decision.Position);
                return false;

            default:
                Answer(operation, decision.Refusal(operation.FirstSequence, operation.Count));
                return false;
        }
    }

    /// <summary>Gives the first answer again, but not before the first one's frame is durable.</summary>
    private void CompleteWhenDurable(AppendOperation operation, BatchAnswer answer, long frameNumber)
    {
        if (DurableFrame.Value >= frameNumber)
        {
            operation.CompleteAsDuplicate(answer);
            return;
        }

        _ = WaitThenComplete();

        async Task WaitThenComplete()
        {
            try
            {
                await DurableFrame.WaitForAsync(frameNumber, CancellationToken.None).ConfigureAwait(false);
                operation.CompleteAsDuplicate(answer);
            }
            catch (TooManyWaitersException busy)
            {
                operation.Fail(new StoreException(StoreReason.Busy, busy.Message, busy));
            }
            catch (Exception cause)
            {
                operation.Fail(cause);
            }
        }
    }

    private static StoreException WrongSize(AppendOperation operation) =>
        new(
            StoreReason.SizeMismatch,
            $"ledger '{operation.Ledger.Name}' has {operation.Ledger.NextIndex:N0} entries, not the expected "
            + $"{operation.ExpectedSize:N0}; read the new ones, decide again, and append with the new size")
        {
            Expected = operation.Ledger.NextIndex,
        };
}
