// The sender's batches straight from the queue.
// Called by the sender only.

namespace LedgerStore.Client;

internal sealed class MemorySource(AppendQueue queue) : IBatchSource
{
    public bool IsDrained => queue.IsDrained;

    public bool MayGiveUp => true;

    public bool IsWaking => queue.IsWaking;

    public ValueTask<OutgoingBatch?> TryTakeAsync(UnderWay? underWay) => new(queue.TryTakeBatch(underWay));

    public void Complete(OutgoingBatch batch, in AppendedBatch answer)
    {
        queue.Complete(batch, answer, releases: true);
        queue.Return(batch);
    }

    public void Fail(OutgoingBatch batch, AppendException error)
    {
        queue.Fail(batch, error, releases: true);
        queue.Return(batch);
    }
}
