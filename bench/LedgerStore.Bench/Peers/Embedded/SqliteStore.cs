// SQLite with synchronous=FULL and a write-ahead log: one connection, since it has one writer at a time anyway; a batch
// is a transaction. Writers wait for each other in our lock, which is kinder than its busy timeout.
using Microsoft.Data.Sqlite;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class SqliteStore : IEmbeddedStore
{
    private readonly PeerRecords records;
    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;
    private readonly SqliteParameter received;
    private readonly SqliteParameter payload;
    private readonly Lock writing = new();

    public SqliteStore(string directory, PeerRecords records)
    {
        this.records = records;
        connection = new SqliteConnection($"Data Source={Path.Combine(directory, "audit.db")};Pooling=False");
        connection.Open();
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
        Execute("CREATE TABLE audit (id INTEGER PRIMARY KEY, received INTEGER NOT NULL, payload BLOB NOT NULL)");
        insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO audit (received, payload) VALUES ($received, $payload)";
        received = insert.Parameters.Add("$received", SqliteType.Integer);
        payload = insert.Parameters.Add("$payload", SqliteType.Blob);
    }

    public string Version => $"SQLite {connection.ServerVersion}";

    public int RecordsPerCall => PeerRecords.BatchRecords;

    public Task CallAsync(int caller, long number)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        lock (writing)
        {
            using SqliteTransaction batch = connection.BeginTransaction();
            insert.Transaction = batch;
            received.Value = now;
            foreach (byte[] record in records.Batch(caller, number))
            {
                payload.Value = record;
                insert.ExecuteNonQuery();
            }

            batch.Commit();
        }

        return Task.CompletedTask;
    }

    public Task SettleAsync() => Task.CompletedTask;

    public void Dispose()
    {
        insert.Dispose();
        connection.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void Execute(string statement)
    {
        using SqliteCommand command = new(statement, connection);
        command.ExecuteNonQuery();
    }
}
