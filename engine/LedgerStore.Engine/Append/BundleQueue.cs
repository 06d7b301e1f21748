// Hands sealed buffers from the sequencer to the bundler, in order. Bounded by the number of buffers there are.
// Offered by the sequencer's thread, taken by the bundler's.
using System.Collections.Concurrent;

namespace LedgerStore.Engine.Append;

/// <summary>The queue between the two threads that work on a frame at the same time.</summary>
internal sealed class BundleQueue(Action onOffered)
{
    private readonly ConcurrentQueue<AppendBuffer> _queue = new();

    public int Count => _queue.Count;

    /// <summary>Passes on one share of a sealed buffer. The taker releases it, once.</summary>
    public void Offer(AppendBuffer buffer)
    {
        _queue.Enqueue(buffer);
        onOffered();
    }

    /// <summary>Some Durable watermarks have moved: blocks that wait for them may be written.</summary>
    public void NoteDurable() => onOffered();

    public AppendBuffer? Take() => _queue.TryDequeue(out AppendBuffer? buffer) ? buffer : null;
}
