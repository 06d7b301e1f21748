// LedgerStore's engine, as a program has it that embeds it: named producers, signed checkpoints.
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class EngineStore : IEmbeddedStore
{
    private const int WritersMax = 64;
    private static readonly byte[] s_appender = "spiffe://example.org/docs"u8.ToArray();
    private static readonly byte[] s_contentType = "application/json"u8.ToArray();

    private readonly SigningKey _key = SigningKey.Generate();
    private readonly PeerRecords _records;
    private readonly Store _store;
    private readonly Ledger _ledger;
    private readonly byte[][] _producers = [.. Enumerable.Range(0, WritersMax)
        .Select(writer => System.Text.Encoding.UTF8.GetBytes($"docs-api-{writer}"))];

    private readonly ulong[] _nextSequences = [.. Enumerable.Repeat(1UL, WritersMax)];

    public EngineStore(string directory, PeerRecords records)
    {
        _records = records;
        _store = Store.Open(new StoreOptions
        {
            Directory = Path.Combine(directory, "data"),
            Signing = new SigningOptions { Key = _key, AnchorPath = Path.Combine(directory, "anchor") },
        });
        _ledger = _store.CreateLedger("audit");
    }

    public string Version => $"LedgerStore {typeof(Store).Assembly.GetName().Version}";

    public int RecordsPerCall => PeerRecords.BatchRecords;

    public Task CallAsync(int caller, long number)
    {
        ulong sequence = _nextSequences[caller];
        _nextSequences[caller] += PeerRecords.BatchRecords;
        return _ledger.AppendAsync(new RecordBatch
        {
            Appender = s_appender,
            Producer = _producers[caller],
            FirstSequence = (long)sequence,
            ContentType = s_contentType,
            Lengths = PeerRecords.BatchLengths,
            Payload = _records.BatchBytes(caller, number).Span,
        }).AsTask();
    }

    /// <summary>Until every record is hashed, compressed and readable.</summary>
    public Task SettleAsync() => _ledger.WaitForAsync(_ledger.Size).AsTask();

    public void Dispose()
    {
        _store.Dispose();
        _key.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
