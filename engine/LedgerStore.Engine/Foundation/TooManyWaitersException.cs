// A watermark has as many waiters as it may have; the caller is told to come again later. Immutable: any thread.

namespace LedgerStore.Engine.Foundation;

/// <summary>A queue of waiters is full. The caller may try again later; nothing was lost.</summary>
internal sealed class TooManyWaitersException(int limit)
    : Exception($"{limit:N0} callers wait already, which is the limit; try again later")
{
    public int Limit { get; } = limit;
}
