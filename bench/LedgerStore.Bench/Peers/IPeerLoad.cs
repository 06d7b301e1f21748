// One way to store records in one system, ready to be called: connections are open, statements are prepared.
namespace LedgerStore.Bench.Peers;

/// <summary>
/// A call stores records and completes when the system says that they are stored. Callers are numbered from 0; each
/// has one call under way at a time, and different callers' calls run at once.
/// </summary>
internal interface IPeerLoad : IAsyncDisposable
{
    /// <summary>Records that one call stores.</summary>
    int RecordsPerCall { get; }

    Task CallAsync(int caller, long number);
}
