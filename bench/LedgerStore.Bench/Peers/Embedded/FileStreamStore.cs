// An append loop as .NET developers write it: a lock, a FileStream, a length before each record, Flush(true).
// Flush(true) does not report a sync that failed; this is a peer, not an example.
using System.Buffers.Binary;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class FileStreamStore(string directory, PeerRecords records) : IEmbeddedStore
{
    private readonly FileStream _stream = new(Path.Combine(directory, "audit.log"), FileMode.Append, FileAccess.Write);
    private readonly Lock _writing = new();

    public string Version => $".NET {Environment.Version}";

    public int RecordsPerCall => PeerRecords.BatchRecords;

    public Task CallAsync(int caller, long number)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        lock (_writing)
        {
            foreach (byte[] record in records.Batch(caller, number))
            {
                BinaryPrimitives.WriteInt32LittleEndian(length, record.Length);
                _stream.Write(length);
                _stream.Write(record);
            }

            _stream.Flush(flushToDisk: true);
        }

        return Task.CompletedTask;
    }

    public Task SettleAsync() => Task.CompletedTask;

    public void Dispose() => _stream.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
