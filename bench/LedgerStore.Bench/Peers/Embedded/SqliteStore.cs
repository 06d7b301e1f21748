// SQLite with synchronous=FULL and a write-ahead log: one connection, since it has one writer at a time anyway; a batch
// is a transaction. Writers wait for each other in our lock, which is kinder than its busy timeout.
namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class SqliteStore : IEmbeddedStore
{
    private readonly PeerRecords records;
    private readonly SqliteConnection connection;
    private readonly SqliteStatement begin;
    private readonly SqliteStatement insert;
    private readonly SqliteStatement commit;
    private readonly Lock writing = new();

    public SqliteStore(string directory, PeerRecords records)
    {
        this.records = records;
        connection = new SqliteConnection(Path.Combine(directory, "audit.db"));
        connection.Execute("PRAGMA journal_mode=WAL");
        connection.Execute("PRAGMA synchronous=FULL");
        connection.Execute(
            "CREATE TABLE audit (id INTEGER PRIMARY KEY, received INTEGER NOT NULL, payload BLOB NOT NULL)");
        begin = connection.Prepare("BEGIN IMMEDIATE");
        insert = connection.Prepare("INSERT INTO audit (received, payload) VALUES (?1, ?2)");
        commit = connection.Prepare("COMMIT");
    }

    public string Version => $"SQLite {SqliteConnection.Version}";

    public int RecordsPerCall => PeerRecords.BatchRecords;

    public Task CallAsync(int caller, long number)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        lock (writing)
        {
            begin.Run();
            foreach (byte[] record in records.Batch(caller, number))
            {
                insert.Bind(1, now);
                insert.Bind(2, record);
                insert.Run();
            }

            commit.Run();
        }

        return Task.CompletedTask;
    }

    public Task SettleAsync() => Task.CompletedTask;

    public void Dispose()
    {
        begin.Dispose();
        insert.Dispose();
        commit.Dispose();
        connection.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
