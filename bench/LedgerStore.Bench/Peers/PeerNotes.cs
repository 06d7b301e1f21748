// What the figures do not say by themselves: what each system does for a record and what it does not. Part of the
// output, on the terminal and in the file.
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Peers;

internal static class PeerNotes
{
    private const string Text = """
        all: 256-byte JSON audit records, durable before acknowledged (counted, see 'syncs'), closed loop, clients and
        servers on the same cores. A ratio divides by the best durable peer of the same round. The journals of
        ledgerstore and postgres were filled once before, so that they use files again, as after a minute of work.
        cpu_us_per_record is the processor time of the peer's own processes: of servers without their clients.

        ledgerstore: orders, timestamps, names the appender from its certificate, refuses duplicates, hashes every
        record into a Merkle tree, signs a checkpoint every 100 ms, compresses (LZ4), checks CRCs. An acknowledged
        record is durable; the signed checkpoint that covers it follows within the interval. Configuration of
        `server dev`. Single records: all callers share one appender and its connection, which sends what waits in one
        batch, as in one application; _connections: an appender and a connection for each caller, as in 64
        applications. Batches: a connection for each caller.

        postgres: a general database: SQL, indexes, transactions. Nothing is hashed, signed, proved or compressed.
        Debian's configuration with shared_buffers 512 MB, min_wal_size 2 GB and max_wal_size 4 GB; prepared
        statements, a connection for each caller, but for _multiplexing (Npgsql sends many callers' commands together).

        postgres_chain: sha256(hash before || payload) in each row. The lock is held until the commit is durable, so
        commits cannot be grouped: that, not the hash, is the cost. Nothing is signed: whoever may write the table can
        rewrite the whole chain, and to check one row is to read them all.

        etcd: a consensus store, here with one member. Revisions, watches, a CRC for each write; nothing is hashed for
        proof, signed or compressed. A batch is a transaction of 256 puts. Four connections for 64 callers.

        nats: JetStream 2.9 acknowledges from the page cache and syncs every 2 minutes: not durable, left out of the
        ratios. nats_sync is the same with `chattr +S` on its directory: each write is synchronous, and since it writes
        every message by itself there is no group commit. A 64-bit checksum for each message; nothing is signed, proved
        or compressed. Four connections for 64 callers. A batch is 256 messages, each with its acknowledgement.

        sqlite: synchronous=FULL, write-ahead log, a batch is a transaction. SQL and an index; nothing is hashed,
        signed or compressed. One writer at a time by design; the others wait in a lock that is not fair, which shows in
        the p99, as it does for filestream.

        rocksdb: Debian's db_bench, which is built with assertions; fillseq --sync=1, batches of 256, its own records
        of 256 bytes. CRCs, sorted keys, Snappy at the flush; nothing is signed or proved. Each run begins with an
        empty database and leaves what is in memory unflushed: its time is that of the log and the memtable.

        fasterlog: an append-only log in the process, as LedgerStore's engine is; O_SYNC writes. No identities,
        duplicates, hashes, compression or index; checksums are off by default; reading is by address.

        filestream: what .NET developers write by hand: lock, FileStream, Flush(true). No checksum, so a torn write
        cannot be told from a good one; Flush(true) hides failed syncs.

        ledgerstore_engine: the store in the process, signing checkpoints. Its time counts until every record is hashed,
        compressed and readable; the others' ends with the acknowledgement.

        None of the peers signs or proves anything.
        """;

    public static void Write(BenchRun run)
    {
        foreach (string note in Text.ReplaceLineEndings("\n").Split("\n\n"))
        {
            run.Note(note.Replace('\n', ' '));
        }
    }
}
