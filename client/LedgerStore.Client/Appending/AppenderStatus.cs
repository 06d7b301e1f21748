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
    Exception? LastError)
{
    /// <summary>There is no room: calls wait, or records were refused.</summary>
    public bool IsFull { get; init; }

    /// <summary>It was closed, or has failed for good: it takes no more records.</summary>
    public bool IsClosed { get; init; }

    /// <summary>How long the ledger has taken no records; zero: it does, or nothing was there to be sent.</summary>
    public TimeSpan AwayFor { get; init; }
}
