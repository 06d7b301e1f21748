// What an append answers, once the batch is durable. A value. Any thread.
namespace LedgerStore.Engine;

/// <summary>Where a batch is.</summary>
/// <param name="FirstIndex">The index of its first entry; the others follow.</param>
/// <param name="Count">Its entries.</param>
/// <param name="ReceivedMicros">The time in its entries, unix microseconds.</param>
/// <param name="IsDuplicate">It had been appended before: this is its first answer.</param>
public readonly record struct AppendResult(long FirstIndex, int Count, long ReceivedMicros, bool IsDuplicate);
