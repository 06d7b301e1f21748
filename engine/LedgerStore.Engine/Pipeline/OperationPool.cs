// Keeps finished operations for the next appends. Any thread.
using System.Collections.Concurrent;

namespace LedgerStore.Engine.Pipeline;

/// <summary>A bounded pool of operations.</summary>
internal sealed class OperationPool
{
    // More than this many batches at once are allocated and dropped: a burst costs garbage, not memory for ever.
    private const int KeptMax = 4_096;
    private readonly ConcurrentQueue<AppendOperation> _free = new();
    private int _kept;

    public AppendOperation Take()
    {
        if (!_free.TryDequeue(out AppendOperation? operation))
        {
            return new AppendOperation(this);
        }

        Interlocked.Decrement(ref _kept);
        return operation;
    }

    public void Return(AppendOperation operation)
    {
        if (Interlocked.Increment(ref _kept) <= KeptMax)
        {
            _free.Enqueue(operation);
        }
        else
        {
            Interlocked.Decrement(ref _kept);
        }
    }
}
