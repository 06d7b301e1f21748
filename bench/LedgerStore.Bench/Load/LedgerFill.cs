// Fills a ledger before something else of it is measured. One caller; goes on where it stopped.
using LedgerStore.Engine;

namespace LedgerStore.Bench.Load;

/// <summary>Audit records of one named producer, in large batches, as fast as the store takes them.</summary>
internal sealed class LedgerFill(Ledger ledger, int recordBytes)
{
    private const int Batch = 1_024;
    private const int Outstanding = 16;

    private readonly Producer _producer =
        new(0, new LoadShape { Producers = 1 }, [ledger], new RecordPool(recordBytes, Batch));

    /// <summary>Appends so many records or up to a batch more, and waits until all are hashed and readable.</summary>
    public async Task AppendAsync(long records)
    {
        Queue<Task> underWay = new();
        for (long appended = 0; appended < records; appended += Batch)
        {
            if (underWay.Count == Outstanding)
            {
                await underWay.Dequeue().ConfigureAwait(false);
            }

            ValueTask<AppendResult> answer;
            while (!_producer.TryAppend(out answer))
            {
                await Task.Delay(1).ConfigureAwait(false);
            }

            underWay.Enqueue(answer.AsTask());
        }

        await Task.WhenAll(underWay).ConfigureAwait(false);
        await ledger.WaitForAsync(ledger.Size).ConfigureAwait(false);
    }
}
