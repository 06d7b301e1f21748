// LedgerStore as its users have it: the real server in a process of its own, the real client library.
using System.Diagnostics;
using LedgerStore.Bench.Client;
using LedgerStore.Client;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class LedgerPeer : IPeerServer
{
    private const long JournalBytes = 1_200L * 1024 * 1024;
    private const int JournalBytesOfRecord = 333;
    private const int AgingCallers = 4;
    private static readonly TimeSpan s_agingTimeMax = TimeSpan.FromSeconds(15);

    private readonly BenchServer _server = new();
    private int _producers;

    public string Name => "ledgerstore";

    public string Version => $"LedgerStore {typeof(LedgerClient).Assembly.GetName().Version}";

    public int ProcessId => _server.ProcessId;

    public string? SynchronousDirectory => null;

    public void Dispose() => _server.Dispose();

    /// <summary>All callers share one appender and its one connection, as the library wants to be used.</summary>
    public Task<IPeerLoad> SinglesAsync(PeerRecords records)
    {
        LedgerClient client = _server.Connect("appender");
        return Task.FromResult<IPeerLoad>(new Singles(client, Appender(client), records));
    }

    /// <summary>Single records, each caller an application of its own: nothing is merged before the server.</summary>
    public Task<IPeerLoad> ConnectionsAsync(int callers, PeerRecords records) =>
        OpenAsync(callers, 1, (appender, caller, number) =>
            appender.AppendAsync(records.Single(caller, number)).AsTask());

    /// <summary>Each caller is an application of its own, with its own connection.</summary>
    public Task<IPeerLoad> BatchesAsync(int callers, PeerRecords records) =>
        OpenAsync(callers, PeerRecords.BatchRecords, (appender, caller, number) =>
            appender.AppendBatchAsync(records.BatchBytes(caller, number), PeerRecords.BatchLengths).AsTask());

    /// <summary>Appends until the journal has all its files and uses them again; at most for a quarter of a minute.
    /// </summary>
    public async Task AgeAsync(PeerRecords records)
    {
        await using IPeerLoad load = await BatchesAsync(AgingCallers, records);
        Stopwatch watch = Stopwatch.StartNew();
        for (long bytes = 0; bytes < JournalBytes && watch.Elapsed < s_agingTimeMax;)
        {
            PeerFigure figure = await Callers.RunAsync(load, AgingCallers, TimeSpan.FromSeconds(0.5));
            bytes += figure.Records * JournalBytesOfRecord;
        }
    }

    private async Task<IPeerLoad> OpenAsync(int callers, int recordsPerCall, Func<Appender, int, long, Task> call)
    {
        LedgerClient[] clients = [.. Enumerable.Range(0, callers).Select(_ => _server.Connect("appender"))];
        Appender[] appenders = [.. clients.Select(Appender)];

        // An appender connects when it is first used.
        await Task.WhenAll(appenders.Select((appender, caller) => call(appender, caller, 0)));
        return new Applications(clients, appenders, recordsPerCall, call);
    }

    private Appender Appender(LedgerClient client) => client.CreateAppender("demo", new AppenderOptions
    {
        Producer = $"peer-{_producers++}",
        ContentType = "application/json",
    });

    private sealed class Singles(LedgerClient client, Appender appender, PeerRecords records) : IPeerLoad
    {
        public int RecordsPerCall => 1;

        public Task CallAsync(int caller, long number) =>
            appender.AppendAsync(records.Single(caller, number)).AsTask();

        public async ValueTask DisposeAsync()
        {
            await appender.DisposeAsync();
            await client.DisposeAsync();
        }
    }

    private sealed class Applications(
        LedgerClient[] clients, Appender[] appenders, int recordsPerCall, Func<Appender, int, long, Task> call)
        : IPeerLoad
    {
        public int RecordsPerCall => recordsPerCall;

        public Task CallAsync(int caller, long number) => call(appenders[caller], caller, number);

        public async ValueTask DisposeAsync()
        {
            foreach (Appender appender in appenders)
            {
                await appender.DisposeAsync();
            }

            Array.ForEach(clients, client => client.Dispose());
        }
    }
}
