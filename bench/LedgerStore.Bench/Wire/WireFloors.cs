// What bounds a store behind a network, loop by loop, on this machine: TLS with the same bytes, one core that hashes
// and compresses the same entries, and the disk. Measured in turn with what they bound. Owned by one suite, one thread.
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Wire;

/// <summary>Floors of records, calls and reads.</summary>
internal sealed class WireFloors : IDisposable
{
    private const int RecordBytes = 256;
    private const int BatchBytes = 64 * RecordBytes;
    private const int ReadBytes = 256 * 1024;

    // A call and its answer, with what names the ledger, the producer and the place.
    private const int CallBytes = RecordBytes + 128;
    private const int AnswerBytes = 128;

    private static readonly int[] s_page = [4096];

    private readonly CpuFloor _cpu = new(RecordBytes);
    private readonly DiskFloor _disk = new();
    private readonly TlsFloor _one = new(connections: 1);
    private readonly Dictionary<int, TlsFloor> _more = [];

    /// <summary>Records per second: the slower of two loops, batches of 64 through TLS, and one core that hashes and
    /// compresses.</summary>
    public double Appends(int connections, TimeSpan time) => Math.Min(
        Tls(connections).Run(BatchBytes, answerBytes: 0, time / 2).PerSecond * BatchBytes / RecordBytes,
        _cpu.Run(time / 2));

    /// <summary>Records per second through one connection, as entries in bundles.</summary>
    public double Reads(TimeSpan time) => _one.Run(1, ReadBytes, time).PerSecond * ReadBytes / _cpu.EntryBytes;

    /// <summary>Calls per second of so many callers, each with a connection that does nothing but send and answer.
    /// </summary>
    public double Calls(int callers, TimeSpan time) => Tls(callers).Run(CallBytes, AnswerBytes, time).PerSecond;

    /// <summary>Records per second of so many callers who each wait for a round trip and a synced page.</summary>
    public double DurableCalls(int callers, TimeSpan time) => callers * 1e6 / DurableCallMicros(time);

    /// <summary>The median of one caller: a round trip, and a page that is written and synced.</summary>
    public double DurableCallMicros(TimeSpan time) =>
        _one.Run(CallBytes, AnswerBytes, time / 2).Latencies.PercentileMicros(0.5)
        + _disk.Run(s_page, time / 2).Latencies.PercentileMicros(0.5);

    public void Dispose()
    {
        foreach (TlsFloor floor in _more.Values)
        {
            floor.Dispose();
        }

        _one.Dispose();
        _disk.Dispose();
    }

    private TlsFloor Tls(int connections)
    {
        if (connections == 1)
        {
            return _one;
        }

        if (!_more.TryGetValue(connections, out TlsFloor? floor))
        {
            floor = new TlsFloor(connections);
            _more.Add(connections, floor);
        }

        return floor;
    }
}
