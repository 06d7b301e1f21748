// An embedded system in a child of this program. Owned by the suite; its directory goes with it.
using System.Diagnostics;
using System.Globalization;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class EmbeddedContender : IContender
{
    private static int started;

    private readonly PeerFolder folder;
    private readonly int writers;
    private readonly Process process;

    /// <exception cref="PeerException">It is not there.</exception>
    public EmbeddedContender(string system, int writers, PeerFolder folder)
    {
        Name = system;
        this.folder = folder;
        this.writers = writers;
        ProcessStartInfo start = new("dotnet", [
            typeof(Child).Assembly.Location, Child.Command, EmbeddedTask.Name,
            folder.NewDirectory($"{system}-{Interlocked.Increment(ref started)}"), system])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        process = Process.Start(start)!;
        string line = process.StandardOutput.ReadLine() ?? "it ended without a word";
        if (!line.StartsWith("ready ", StringComparison.Ordinal))
        {
            process.WaitForExit();
            process.Dispose();
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
        await process.StandardInput.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{writers} {time.TotalSeconds}"));
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new PeerException($"{Name} ended");
        double[] numbers = [.. line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new PeerFigure((long)numbers[0], (long)numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    public double CpuSeconds() => PeerProcess.CpuSeconds(process.Id);

    public async Task<SyncCount?> TraceAsync(TimeSpan time)
    {
        using SyncTrace? trace = SyncTrace.Attach(
            [process.Id], folder.PathOf($"{Name}.trace"), synchronousDirectory: null);
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
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
        return default;
    }
}
