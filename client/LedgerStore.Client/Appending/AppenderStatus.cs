// How an appender is doing, at one moment.
// Immutable; any thread.

namespace LedgerStore.Client;

/// <param name="IsConnected">It has a stream to the server.</param>
/// <param name="OutstandingRecords">Records that were handed over and not answered yet.</param>
/// <param name="MemoryBytes">What of them is in memory, overhead included.</param>
/// <param name="BatchesInFlight">Batches that are sent, or about to be.</param>
/// <param name="SpoolBytes">Bytes of the spool's files.</param>
/// <param name="LastError">Why there is no progress; null when there is.</param>
public sealed record AppenderStatus(
    bool IsConnected,
    ulong OutstandingRecords,
    long MemoryBytes,
    int BatchesInFlight,
    long SpoolBytes,
    Exception? LastError);
