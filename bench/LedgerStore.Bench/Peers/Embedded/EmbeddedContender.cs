// An embedded system in a child of this program. Owned by the suite; its directory goes with it.
using System.Diagnostics;
using System.Globalization;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class EmbeddedContender : IContender
{
    private static int s_started;

    private readonly PeerFolder _folder;
    private readonly int _writers;
    private readonly Process _process;

    /// <exception cref="PeerException">It is not there.</exception>
    public EmbeddedContender(string system, int writers, PeerFolder folder)
    {
        Name = system;
        _folder = folder;
        _writers = writers;
        ProcessStartInfo start = new("dotnet", [
            typeof(Child).Assembly.Location, Child.Command, EmbeddedTask.Name,
            folder.NewDirectory($"{system}-{Interlocked.Increment(ref s_started)}"), system])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        _process = Process.Start(start)!;
        string line = _process.StandardOutput.ReadLine() ?? "it ended without a word";
        if (!line.StartsWith("ready ", StringComparison.Ordinal))
        {
            _process.WaitForExit();
            _process.Dispose();
            throw new PeerException(line);
        }

        Version = line["ready ".Length..];
    }

    public string Name { get; }

    public string System => Name;

    public string Version { get; }

    public Task OpenAsync() => Task.CompletedTask;

    public Task WarmUpAsync(TimeSpan time) => RunAsync(time);

    public async Task<PeerFigure> RunAsync(TimeSpan time)
    {
        await _process.StandardInput.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{_writers} {time.TotalSeconds}"));
        string line = await _process.StandardOutput.ReadLineAsync() ?? throw new PeerException($"{Name} ended");
        double[] numbers = [.. line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new PeerFigure((long)numbers[0], (long)numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    public double CpuSeconds() => PeerProcess.CpuSeconds(_process.Id);

    public async Task<SyncCount?> TraceAsync(TimeSpan time)
    {
        using SyncTrace? trace = SyncTrace.Attach(
            [_process.Id], _folder.PathOf($"{Name}.trace"), synchronousDirectory: null);
        if (trace is null)
        {
            return null;
        }

        PeerFigure figure = await RunAsync(time);
        return new SyncCount(trace.Finish(), figure.Calls);
    }

    /// <summary>The end of its input is the end of the child; what does not end is killed.</summary>
    public ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        return default;
    }
}
