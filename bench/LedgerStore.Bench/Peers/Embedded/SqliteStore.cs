// SQLite with synchronous=FULL and a write-ahead log: one connection, since it has one writer at a time anyway; a batch
// is a transaction. Writers wait for each other in our lock, which is kinder than its busy timeout.
using Microsoft.Data.Sqlite;

namespace LedgerStore.Bench.Peers.Embedded;

internal sealed class SqliteStore : IEmbeddedStore
{
    private readonly PeerRecords _records;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteParameter _received;
    private readonly SqliteParameter _payload;
    private readonly Lock _writing = new();

    public SqliteStore(string directory, PeerRecords records)
    {
        _records = records;
        _connection = new SqliteConnection($"Data Source={Path.Combine(directory, "audit.db")};Pooling=False");
        _connection.Open();
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
        Execute("CREATE TABLE audit (id INTEGER PRIMARY KEY, received INTEGER NOT NULL, payload BLOB NOT NULL)");
        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT INTO audit (received, payload) VALUES ($received, $payload)";
        _received = _insert.Parameters.Add("$received", SqliteType.Integer);
        _payload = _insert.Parameters.Add("$payload", SqliteType.Blob);
    }

    public string Version => $"SQLite {_connection.ServerVersion}";

    public int RecordsPerCall => PeerRecords.BatchRecords;

    public Task CallAsync(int caller, long number)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        lock (_writing)
        {
            using SqliteTransaction batch = _connection.BeginTransaction();
            _insert.Transaction = batch;
            _received.Value = now;
            foreach (byte[] record in _records.Batch(caller, number))
            {
                _payload.Value = record;
                _insert.ExecuteNonQuery();
            }

            batch.Commit();
        }

        return Task.CompletedTask;
    }

    public Task SettleAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void Execute(string statement)
    {
        using SqliteCommand command = new(statement, _connection);
        command.ExecuteNonQuery();
    }
}
