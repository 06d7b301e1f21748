// Tamper evidence as people build it in a database: each row holds sha256(hash of the row before || payload). Whoever
// adds a row must hold a lock until the commit is durable, or two rows follow the same one.
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace LedgerStore.Bench.Peers.Networked;

internal static class PostgresChain
{
    public const string InsertByTrigger = "INSERT INTO chain_by_trigger (payload) VALUES ($1)";

    public const string InsertManyByTrigger = "INSERT INTO chain_by_trigger (payload) SELECT unnest($1)";

    private const string LockAndRead =
        "SELECT pg_advisory_xact_lock(1); SELECT id, hash FROM chain ORDER BY id DESC LIMIT 1";

    private const string Copy = "COPY chain (id, payload, hash) FROM STDIN (FORMAT BINARY)";

    private const string Insert = "INSERT INTO chain (id, payload, hash) VALUES ($1, $2, $3)";

    public static string Function => """
        CREATE FUNCTION add_to_chain() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            last chain_by_trigger%ROWTYPE;
        BEGIN
            PERFORM pg_advisory_xact_lock(2);
            SELECT * INTO last FROM chain_by_trigger ORDER BY id DESC LIMIT 1;
            NEW.id := last.id + 1;
            NEW.hash := sha256(last.hash || NEW.payload);
            RETURN NEW;
        END $$;
        """;

    public static string Trigger =>
        "CREATE TRIGGER chain BEFORE INSERT ON chain_by_trigger FOR EACH ROW EXECUTE FUNCTION add_to_chain()";

    /// <summary>Rows of a chain, and how many of them do not follow the row before.</summary>
    public static (long Rows, long Broken) Check(NpgsqlConnection connection, string table)
    {
        using NpgsqlCommand command = new(
            $"SELECT count(*), count(*) FILTER (WHERE hash <> sha256(before || payload)) FROM "
            + $"(SELECT hash, payload, lag(hash) OVER (ORDER BY id) AS before FROM {table}) AS rows",
            connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Three round trips: begin, lock and read; insert; commit.</summary>
    public static async Task AppendAsync(NpgsqlConnection connection, byte[] payload)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        (long id, byte[] hash) = await ReadLastAsync(connection);
        await using (NpgsqlCommand insert = new(Insert, connection))
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = id + 1 });
            insert.Parameters.Add(new NpgsqlParameter { Value = payload });
            insert.Parameters.Add(new NpgsqlParameter { Value = SHA256.HashData([.. hash, .. payload]) });
            await insert.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    /// <summary>Many rows by COPY in one transaction: as good as a chain gets, since it waits for one sync.</summary>
    public static async Task AppendManyAsync(NpgsqlConnection connection, byte[][] payloads)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        (long id, byte[] hash) = await ReadLastAsync(connection);
        await using (NpgsqlBinaryImporter rows = await connection.BeginBinaryImportAsync(Copy))
        {
            foreach (byte[] payload in payloads)
            {
                hash = SHA256.HashData([.. hash, .. payload]);
                await rows.StartRowAsync();
                await rows.WriteAsync(++id, NpgsqlDbType.Bigint);
                await rows.WriteAsync(payload, NpgsqlDbType.Bytea);
                await rows.WriteAsync(hash, NpgsqlDbType.Bytea);
            }

            await rows.CompleteAsync();
        }

        await transaction.CommitAsync();
    }

    private static async Task<(long Id, byte[] Hash)> ReadLastAsync(NpgsqlConnection connection)
    {
        await using NpgsqlCommand command = new(LockAndRead, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), (byte[])reader[1]);
    }
}
