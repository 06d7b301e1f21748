// A way to store records in a server, with a fixed number of callers in this process.

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class ServerContender(
    string name, IPeerServer server, PeerFolder folder, int callers, Func<int, Task<IPeerLoad>> open) : IContender
{
    private IPeerLoad? _load;

    public string Name => name;

    public string System => server.Name;

    public async Task OpenAsync() => _load ??= await open(callers);

    public Task WarmUpAsync(TimeSpan time) => RunAsync(time);

    public Task<PeerFigure> RunAsync(TimeSpan time) => Callers.RunAsync(_load!, callers, time);

    public double CpuSeconds() => PeerProcess.CpuSeconds(server.ProcessId);

    public async Task<SyncCount?> TraceAsync(TimeSpan time)
    {
        using SyncTrace? trace = SyncTrace.Attach(
            PeerProcess.Tree(server.ProcessId), folder.PathOf($"{name}.trace"), server.SynchronousDirectory);
        if (trace is null)
        {
            return null;
        }

        PeerFigure figure = await RunAsync(time);
        return new SyncCount(trace.Finish(), figure.Calls);
    }

    public async ValueTask DisposeAsync()
    {
        if (_load is not null)
        {
            await _load.DisposeAsync();
            _load = null;
        }
    }
}
