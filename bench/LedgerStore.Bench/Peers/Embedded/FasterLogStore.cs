// FasterLog of Microsoft FASTER. On Linux its device opens its files with O_SYNC: a commit is a synchronous write.
// Writers add their records without waiting, ask for a commit, and wait until it covers their last one.
using FASTER.core;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class FasterLogStore : IEmbeddedStore
{
    private readonly PeerRecords _records;
    private readonly IDevice _device;
    private readonly FasterLog _log;

    public FasterLogStore(string directory, PeerRecords records)
    {
        _records = records;
        _device = Devices.CreateLogDevice(Path.Combine(directory, "log"));

        // FastCommitMode: the log is its own commit record, where otherwise every commit makes another file.
        _log = new FasterLog(new FasterLogSettings { LogDevice = _device, FastCommitMode = true });
    }

    public string Version => $"FASTER {typeof(FasterLog).Assembly.GetName().Version}, {_device.GetType().Name}";

    public int RecordsPerCall => PeerRecords.BatchRecords;

    public async Task CallAsync(int caller, long number)
    {
        long last = 0;
        foreach (byte[] record in _records.Batch(caller, number))
        {
            last = _log.Enqueue(record);
        }

        _log.Commit();
        await _log.WaitForCommitAsync(last);
    }

    public Task SettleAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _log.Dispose();
        _device.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
