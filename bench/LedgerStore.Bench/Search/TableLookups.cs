// The same records in tables of databases: a column for each field with a b-tree on it, and the record beside them.
// Each database as it is, with its own way of loading many rows. Owned by the suite; one thread.
using System.Data.Common;
using System.Diagnostics;
using LedgerStore.Bench.Peers;
using LedgerStore.Bench.Peers.Networked;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace LedgerStore.Bench.Search;

/// <summary>A table that answers by its indexes.</summary>
internal abstract class TableLookups : IDisposable
{
    public abstract string Name { get; }

    protected static string Columns { get; } =
        string.Join(", ", SearchRecords.Fields.Select(static field => $"{field} TEXT NOT NULL"));

    protected static string Names { get; } = string.Join(", ", SearchRecords.Fields);

    /// <summary>Loads the records with the numbers below this, with all indexes there from the beginning: so rows come
    /// in day by day.</summary>
    /// <returns>Seconds until the last one was committed.</returns>
    public double Load(long count)
    {
        Execute($"CREATE TABLE audit (id BIGINT PRIMARY KEY, {Columns}, record {BytesType} NOT NULL)");
        foreach (string field in SearchRecords.Fields)
        {
            Execute($"CREATE INDEX audit_{field} ON audit ({field})");
        }

        long started = Stopwatch.GetTimestamp();
        const long batch = 50_000;
        for (long first = 0; first < count; first += batch)
        {
            LoadBatch(first, Math.Min(batch, count - first));
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Reads the records that have a value.</summary>
    /// <returns>Milliseconds, and how many there are.</returns>
    public (double Millis, int Found) Find(string field, string value)
    {
        long started = Stopwatch.GetTimestamp();
        int found = 0;
        using DbCommand command = Command($"SELECT record FROM audit WHERE {field} = '{value}'");
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            _ = (byte[])reader[0];
            found++;
        }

        return (Stopwatch.GetElapsedTime(started).TotalMilliseconds, found);
    }

    public abstract long Bytes();

    public abstract void Dispose();

    protected abstract string BytesType { get; }

    protected abstract void LoadBatch(long first, long count);

    protected abstract DbCommand Command(string text);

    protected void Execute(string text)
    {
        using DbCommand command = Command(text);
        command.ExecuteNonQuery();
    }
}

/// <summary>PostgreSQL, loaded by COPY, 50,000 rows in a transaction.</summary>
internal sealed class PostgresLookups : TableLookups
{
    private readonly PostgresPeer _server;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;

    public PostgresLookups(PeerFolder folder, PeerPki pki)
    {
        _server = new PostgresPeer(folder, pki);
        _source = _server.Connect(multiplexing: false);
        _connection = _source.OpenConnection();
    }

    public override string Name => "postgres";

    protected override string BytesType => "BYTEA";

    public override long Bytes()
    {
        using DbCommand command = Command("SELECT pg_total_relation_size('audit')");
        return (long)command.ExecuteScalar()!;
    }

    public override void Dispose()
    {
        _connection.Dispose();
        _source.Dispose();
        _server.Dispose();
    }

    protected override DbCommand Command(string text) => new NpgsqlCommand(text, _connection);

    protected override void LoadBatch(long first, long count)
    {
        using NpgsqlBinaryImporter rows = _connection.BeginBinaryImport(
            $"COPY audit (id, {Names}, record) FROM STDIN (FORMAT BINARY)");
        for (long number = first; number < first + count; number++)
        {
            rows.StartRow();
            rows.Write(number, NpgsqlDbType.Bigint);
            foreach (string value in SearchRecords.Values(number))
            {
                rows.Write(value, NpgsqlDbType.Text);
            }

            rows.Write(SearchRecords.Json(number), NpgsqlDbType.Bytea);
        }

        rows.Complete();
    }
}

/// <summary>SQLite, 50,000 rows in a transaction that is synced.</summary>
internal sealed class SqliteLookups : TableLookups
{
    private readonly string _file;
    private readonly SqliteConnection _connection;

    public SqliteLookups(string directory)
    {
        _file = Path.Combine(directory, "search.db");
        _connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        _connection.Open();
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
    }

    public override string Name => "sqlite";

    protected override string BytesType => "BLOB";

    public override long Bytes()
    {
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return new FileInfo(_file).Length;
    }

    public override void Dispose() => _connection.Dispose();

    protected override DbCommand Command(string text) => new SqliteCommand(text, _connection);

    protected override void LoadBatch(long first, long count)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        using SqliteCommand insert = _connection.CreateCommand();
        insert.Transaction = transaction;
        string[] places = [.. Enumerable.Range(0, SearchRecords.Fields.Count + 2).Select(static i => $"$p{i}")];
        insert.CommandText = $"INSERT INTO audit (id, {Names}, record) VALUES ({string.Join(", ", places)})";
        SqliteParameter[] parameters = [.. places.Select(place => insert.Parameters.AddWithValue(place, null))];
        for (long number = first; number < first + count; number++)
        {
            string[] values = SearchRecords.Values(number);
            parameters[0].Value = number;
            for (int i = 0; i < values.Length; i++)
            {
                parameters[i + 1].Value = values[i];
            }

            parameters[^1].Value = SearchRecords.Json(number);
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
