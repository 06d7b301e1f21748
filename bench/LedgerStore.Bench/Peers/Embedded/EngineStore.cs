// LedgerStore's engine, as a program has it that embeds it: named producers, signed checkpoints.
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class EngineStore : IEmbeddedStore
{
    private const int WritersMax = 64;
    private static readonly byte[] Appender = "spiffe://example.org/docs"u8.ToArray();
    private static readonly byte[] ContentType = "application/json"u8.ToArray();

    private readonly SigningKey key = SigningKey.Generate();
    private readonly PeerRecords records;
    private readonly Store store;
    private readonly Ledger ledger;
    private readonly byte[][] producers = [.. Enumerable.Range(0, WritersMax)
        .Select(writer => System.Text.Encoding.UTF8.GetBytes($"docs-api-{writer}"))];

    private readonly ulong[] nextSequences = [.. Enumerable.Repeat(1UL, WritersMax)];

    public EngineStore(string directory, PeerRecords records)
    {
        this.records = records;
        store = Store.Open(new StoreOptions
        {
            Directory = Path.Combine(directory, "data"),
            Signing = new SigningOptions { Key = key, AnchorPath = Path.Combine(directory, "anchor") },
        });
        ledger = store.CreateLedger("audit");
    }

    public string Version => $"LedgerStore {typeof(Store).Assembly.GetName().Version}";

    public int RecordsPerCall => PeerRecords.BatchRecords;

    public Task CallAsync(int caller, long number)
    {
        ulong sequence = nextSequences[caller];
        nextSequences[caller] += PeerRecords.BatchRecords;
        return ledger.AppendAsync(new RecordBatch
        {
            Appender = Appender,
            Producer = producers[caller],
            FirstSequence = (long)sequence,
            ContentType = ContentType,
            Lengths = PeerRecords.BatchLengths,
            Payload = records.BatchBytes(caller, number).Span,
        }).AsTask();
    }

    /// <summary>Until every record is hashed, compressed and readable.</summary>
    public Task SettleAsync() => ledger.WaitForAsync(ledger.Size).AsTask();

    public void Dispose()
    {
        store.Dispose();
        key.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
