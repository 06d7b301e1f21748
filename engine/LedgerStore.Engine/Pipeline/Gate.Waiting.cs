// The gate's part that holds those for whom there is no room yet.
// Under the gate's lock.

namespace LedgerStore.Engine.Pipeline;

internal sealed partial class Gate
{
    private readonly LinkedList<AppendOperation> _waiting = new();
    private long _waitingBytes;

    /// <summary>Batches that wait for room, for metrics.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Takes a waiting batch back. From admission on it cannot be: the frame may be on its way
    /// already.</summary>
    /// <returns>True when it was still waiting; then it fails as cancelled and is certainly not stored.</returns>
    public bool TryCancel(AppendOperation operation, short version, CancellationToken token)
    {
        lock (_lock)
        {
            // The operation may be another batch's by now: then its version is another one.
            if (operation.Version != version || operation.WaitingNode.List is null)
            {
                return false;
            }

            Dequeue(operation.WaitingNode);
            operation.Chain?.Break();
        }

        operation.ReturnBuilt();
        operation.Fail(new OperationCanceledException("the append was cancelled before it was admitted", token));
        return true;
    }

    private void Enqueue(AppendOperation operation)
    {
        if (_waiting.Count >= StoreLimits.WaitingBatchesMax
            || _waitingBytes + operation.BuiltBytes > StoreLimits.WaitingBytesMax)
        {
            throw new StoreException(
                StoreReason.Busy,
                $"{_waiting.Count:N0} batches ({_waitingBytes:N0} bytes) wait for the disk already, the limits are "
                + $"{StoreLimits.WaitingBatchesMax:N0} and {StoreLimits.WaitingBytesMax:N0}; try again in a moment");
        }

        _waitingBytes += operation.BuiltBytes;
        operation.WaitingBytes = operation.BuiltBytes;
        _waiting.AddLast(operation.WaitingNode);
    }

    private void Dequeue(LinkedListNode<AppendOperation> node)
    {
        _waiting.Remove(node);
        _waitingBytes -= node.Value.WaitingBytes;
    }

    private void FailWaiting(Exception cause, Predicate<AppendOperation> isMeant)
    {
        for (LinkedListNode<AppendOperation>? next = _waiting.First; next is { } node;)
        {
            next = node.Next;
            if (isMeant(node.Value))
            {
                Dequeue(node);
                Answer(node.Value, cause);
            }
        }
    }
}
