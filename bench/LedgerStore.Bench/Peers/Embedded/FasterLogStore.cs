// FasterLog of Microsoft FASTER. On Linux its device opens its files with O_SYNC: a commit is a synchronous write.
// Writers add their records without waiting, ask for a commit, and wait until it covers their last one.
using FASTER.core;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class FasterLogStore : IEmbeddedStore
{
    private readonly PeerRecords records;
    private readonly IDevice device;
    private readonly FasterLog log;

    public FasterLogStore(string directory, PeerRecords records)
    {
        this.records = records;
        device = Devices.CreateLogDevice(Path.Combine(directory, "log"));

        // FastCommitMode: the log is its own commit record, where otherwise every commit makes another file.
        log = new FasterLog(new FasterLogSettings { LogDevice = device, FastCommitMode = true });
    }

    public string Version => $"FASTER {typeof(FasterLog).Assembly.GetName().Version}, {device.GetType().Name}";

    public int RecordsPerCall => PeerRecords.BatchRecords;

    public async Task CallAsync(int caller, long number)
    {
        long last = 0;
        foreach (byte[] record in records.Batch(caller, number))
        {
            last = log.Enqueue(record);
        }

        log.Commit();
        await log.WaitForCommitAsync(last);
    }

    public Task SettleAsync() => Task.CompletedTask;

    public void Dispose()
    {
        log.Dispose();
        device.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
