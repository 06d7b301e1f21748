// Who takes part in a cell. Implemented by servers that callers in this process call, and by programs that run the
// load in themselves.
namespace LedgerStore.Bench.Peers;

internal interface IContender : IAsyncDisposable
{
    /// <summary>The part of the figures' names, such as postgres_copy.</summary>
    string Name { get; }

    /// <summary>Which system it is: what is found about its syncs holds for all its contenders.</summary>
    string System { get; }

    /// <summary>Makes what a run must not pay for: connections, tables, prepared statements.</summary>
    Task OpenAsync();

    /// <summary>Runs without being counted, so that what happens only once has happened.</summary>
    Task WarmUpAsync(TimeSpan time);

    Task<PeerFigure> RunAsync(TimeSpan time);

    /// <summary>Processor time that its processes have used up to now; callers in this process are not among them.
    /// </summary>
    double CpuSeconds();

    /// <summary>A run while a tracer counts the syncs; null where tracing is not permitted.</summary>
    Task<SyncCount?> TraceAsync(TimeSpan time);
}
