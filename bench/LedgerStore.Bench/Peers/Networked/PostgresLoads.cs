// The ways in which people store audit records in PostgreSQL. Each caller has a connection of its own with a prepared
// statement, but where the name says multiplexing.
using Npgsql;
using NpgsqlTypes;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class PostgresLoads(PostgresPeer server, PeerRecords records)
{
    private const string Insert = "INSERT INTO audit (payload) VALUES ($1)";
    private const string InsertMany = "INSERT INTO audit (payload) SELECT unnest($1)";
    private const string Copy = "COPY audit (payload) FROM STDIN (FORMAT BINARY)";

    /// <summary>The tables, and the trigger of the chain.</summary>
    public static void Create(PostgresPeer server)
    {
        using NpgsqlDataSource source = server.Connect(multiplexing: false);
        foreach (string statement in new[] { Tables, PostgresChain.Function, PostgresChain.Trigger })
        {
            using NpgsqlCommand command = source.CreateCommand(statement);
            command.ExecuteNonQuery();
        }
    }

    private static string Tables => """
        CREATE TABLE audit (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            received timestamptz NOT NULL DEFAULT clock_timestamp(),
            payload bytea NOT NULL);
        CREATE TABLE chain (
            id bigint PRIMARY KEY,
            received timestamptz NOT NULL DEFAULT clock_timestamp(),
            payload bytea NOT NULL,
            hash bytea NOT NULL);
        CREATE TABLE chain_by_trigger (LIKE chain INCLUDING ALL);
        INSERT INTO chain VALUES (0, now(), '', sha256(''));
        INSERT INTO chain_by_trigger VALUES (0, now(), '', sha256(''));
        """;

    /// <summary>One row, one commit, on the caller's connection.</summary>
    public Task<IPeerLoad> SinglesAsync(int callers) =>
        OpenAsync(callers, 1, Insert, NpgsqlDbType.Bytea, (caller, number) => records.Single(caller, number));

    /// <summary>256 rows in one statement, one commit.</summary>
    public Task<IPeerLoad> UnnestAsync(int callers) => OpenAsync(
        callers, PeerRecords.BatchRecords, InsertMany, NpgsqlDbType.Bytea | NpgsqlDbType.Array,
        (caller, number) => records.Batch(caller, number));

    /// <summary>The callers share connections; Npgsql sends many callers' commands together.</summary>
    public Task<IPeerLoad> MultiplexedAsync()
    {
        NpgsqlDataSource source = server.Connect(multiplexing: true);
        return Task.FromResult<IPeerLoad>(new PostgresLoad(source, [], 1, async (caller, number) =>
        {
            await using NpgsqlCommand command = source.CreateCommand(Insert);
            command.Parameters.Add(new NpgsqlParameter { Value = records.Single(caller, number) });
            await command.ExecuteNonQueryAsync();
        }));
    }

    /// <summary>256 rows by COPY in binary, one commit.</summary>
    public async Task<IPeerLoad> CopyAsync(int callers)
    {
        NpgsqlDataSource source = server.Connect(multiplexing: false);
        NpgsqlConnection[] connections = await OpenAsync(source, callers);
        return new PostgresLoad(source, connections, PeerRecords.BatchRecords, async (caller, number) =>
        {
            await using NpgsqlBinaryImporter importer = await connections[caller].BeginBinaryImportAsync(Copy);
            foreach (byte[] record in records.Batch(caller, number))
            {
                await importer.StartRowAsync();
                await importer.WriteAsync(record, NpgsqlDbType.Bytea);
            }

            await importer.CompleteAsync();
        });
    }

    /// <summary>The hash chain that a trigger computes: one row, one commit, one round trip.</summary>
    public Task<IPeerLoad> ChainByTriggerAsync(int callers) => OpenAsync(
        callers, 1, PostgresChain.InsertByTrigger, NpgsqlDbType.Bytea,
        (caller, number) => records.Single(caller, number));

    /// <summary>The same for 256 rows in one statement, one commit.</summary>
    public Task<IPeerLoad> ChainByTriggerBatchedAsync(int callers) => OpenAsync(
        callers, PeerRecords.BatchRecords, PostgresChain.InsertManyByTrigger, NpgsqlDbType.Bytea | NpgsqlDbType.Array,
        (caller, number) => records.Batch(caller, number));

    /// <summary>The hash chain that the application computes in a transaction.</summary>
    public async Task<IPeerLoad> ChainByApplicationAsync(int callers)
    {
        NpgsqlDataSource source = server.Connect(multiplexing: false);
        NpgsqlConnection[] connections = await OpenAsync(source, callers);
        return new PostgresLoad(source, connections, 1, (caller, number) =>
            PostgresChain.AppendAsync(connections[caller], records.Single(caller, number)));
    }

    /// <summary>The same for 256 rows in one transaction.</summary>
    public async Task<IPeerLoad> ChainByApplicationBatchedAsync(int callers)
    {
        NpgsqlDataSource source = server.Connect(multiplexing: false);
        NpgsqlConnection[] connections = await OpenAsync(source, callers);
        return new PostgresLoad(source, connections, PeerRecords.BatchRecords, (caller, number) =>
            PostgresChain.AppendManyAsync(connections[caller], records.Batch(caller, number)));
    }

    private static async Task<NpgsqlConnection[]> OpenAsync(NpgsqlDataSource source, int callers)
    {
        NpgsqlConnection[] connections = new NpgsqlConnection[callers];
        for (int i = 0; i < callers; i++)
        {
            connections[i] = await source.OpenConnectionAsync();
        }

        return connections;
    }

    private async Task<IPeerLoad> OpenAsync(
        int callers, int recordsPerCall, string statement, NpgsqlDbType type, Func<int, long, object> value)
    {
        NpgsqlDataSource source = server.Connect(multiplexing: false);
        NpgsqlConnection[] connections = await OpenAsync(source, callers);
        NpgsqlCommand[] commands = new NpgsqlCommand[callers];
        for (int i = 0; i < callers; i++)
        {
            commands[i] = new NpgsqlCommand(statement, connections[i]);
            commands[i].Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
            await commands[i].PrepareAsync();
        }

        return new PostgresLoad(source, connections, recordsPerCall, async (caller, number) =>
        {
            commands[caller].Parameters[0].Value = value(caller, number);
            await commands[caller].ExecuteNonQueryAsync();
        });
    }
}

/// <summary>Connections and what one call does with them.</summary>
internal sealed class PostgresLoad(
    NpgsqlDataSource source, NpgsqlConnection[] connections, int recordsPerCall, Func<int, long, Task> call) : IPeerLoad
{
    public int RecordsPerCall => recordsPerCall;

    public Task CallAsync(int caller, long number) => call(caller, number);

    public async ValueTask DisposeAsync()
    {
        foreach (NpgsqlConnection connection in connections)
        {
            await connection.DisposeAsync();
        }

        await source.DisposeAsync();
    }
}
