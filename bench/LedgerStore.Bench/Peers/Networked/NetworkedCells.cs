// The cells over the network: who takes part in each, with how many callers. Owned by the suite.
using System.Globalization;
using LedgerStore.Bench.Frame;
using Npgsql;

namespace LedgerStore.Bench.Peers.Networked;

internal sealed class NetworkedCells(
    BenchRun run, PeerServers servers, PeerFolder folder, PeerDurability durability)
{
    private const int ManyCallers = 64;
    private const int BatchCallers = 4;

    // Nothing is merged before the server: every caller is an application of its own, with its own connection.
    private const string Separate = "ledgerstore_connections";

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(0.5);

    private readonly PeerRecords _records = new();

    /// <summary>Fills the journals once: a system that has been up for a minute uses its files again, where a new one
    /// has to fill each with zeros first. etcd and NATS make new files for ever.</summary>
    public async Task AgeAsync()
    {
        await servers.Ledger.AgeAsync(_records);
        servers.Postgres?.Age();
    }

    /// <summary>Counts the syncs of every system, with one caller and with many.</summary>
    public async Task VerifyAsync()
    {
        if (servers.Nats is not null)
        {
            durability.Declare(servers.Nats.Name);
        }

        foreach (IContender contender in Singles(callers: 1, withVariants: false))
        {
            await durability.VerifyAsync(contender, "1_caller", decides: true);
        }

        foreach (IContender contender in Singles(ManyCallers, withVariants: false))
        {
            await durability.VerifyAsync(contender, "64_callers", decides: false);
        }
    }

    /// <summary>One record in each call.</summary>
    public Task SingleAsync(string cell, int callers) =>
        MeasureAsync(cell, Singles(callers, withVariants: callers > 1));

    /// <summary>256 records in each call.</summary>
    public Task BatchedAsync()
    {
        List<IContender> contenders = [LedgerBatches()];
        if (servers.Postgres is { } postgres)
        {
            PostgresLoads loads = new(postgres, _records);
            contenders.Add(Contender("postgres_unnest", postgres, BatchCallers, loads.UnnestAsync));
            contenders.Add(Contender("postgres_copy", postgres, BatchCallers, loads.CopyAsync));
        }

        if (servers.Etcd is { } etcd)
        {
            contenders.Add(Contender(
                "etcd", etcd, BatchCallers, callers => EtcdLoads.BatchesAsync(etcd, callers, _records)));
        }

        AddNats(contenders, BatchCallers, PeerRecords.BatchRecords);
        return MeasureAsync("batched", contenders);
    }

    /// <summary>One record in each call, each of which can be shown to be where it was.</summary>
    public Task TamperEvidentAsync()
    {
        List<IContender> contenders = [Singles(ManyCallers, withVariants: false)[0]];
        if (servers.Postgres is { } postgres)
        {
            PostgresLoads loads = new(postgres, _records);
            contenders.Add(Contender("postgres_chain_trigger", postgres, ManyCallers, loads.ChainByTriggerAsync));
            contenders.Add(Contender(
                "postgres_chain_application", postgres, ManyCallers, loads.ChainByApplicationAsync));
        }

        return MeasureAsync("tamper_evident", contenders);
    }

    /// <summary>A chain that does not hold would be no peer.</summary>
    public void CheckChains()
    {
        if (servers.Postgres is { } postgres)
        {
            using NpgsqlDataSource source = postgres.Connect(multiplexing: false);
            using NpgsqlConnection connection = source.OpenConnection();
            foreach (string table in new[] { "chain", "chain_by_trigger" })
            {
                (long rows, long broken) = PostgresChain.Check(connection, table);
                run.Note(string.Create(
                    CultureInfo.InvariantCulture, $"postgres: {table}: {rows:N0} rows, {broken} do not follow"));
            }
        }
    }

    /// <summary>The same with 256 records in each call: a chain of that many rows holds its lock once.</summary>
    public Task TamperEvidentBatchedAsync()
    {
        List<IContender> contenders = [LedgerBatches()];
        if (servers.Postgres is { } postgres)
        {
            PostgresLoads loads = new(postgres, _records);
            contenders.Add(Contender(
                "postgres_chain_trigger", postgres, BatchCallers, loads.ChainByTriggerBatchedAsync));
            contenders.Add(Contender(
                "postgres_chain_application", postgres, BatchCallers, loads.ChainByApplicationBatchedAsync));
        }

        return MeasureAsync("tamper_evident_batched", contenders);
    }

    private async Task MeasureAsync(string name, List<IContender> contenders)
    {
        PeerCell cell = new(run, name, durability, s_warmUp);
        await cell.MeasureAsync(contenders);
        cell.Ratio($"{name}.ratio_to_best", contenders[0], _ => true);
        cell.CostRatio($"{name}.cpu_ratio_to_best", contenders[0]);
        if (contenders.Find(contender => contender.Name == Separate) is { } separate)
        {
            cell.Ratio($"{name}.ratio_to_best_with_separate_connections", separate, _ => true);
        }

        cell.NoteWinners(contenders[0]);
    }

    private ServerContender LedgerBatches() => Contender(
        "ledgerstore", servers.Ledger, BatchCallers, callers => servers.Ledger.BatchesAsync(callers, _records));

    // Ours is the first.
    private List<IContender> Singles(int callers, bool withVariants)
    {
        List<IContender> contenders =
        [
            Contender("ledgerstore", servers.Ledger, callers, _ => servers.Ledger.SinglesAsync(_records)),
        ];
        if (withVariants)
        {
            contenders.Add(Contender(
                Separate, servers.Ledger, callers,
                count => servers.Ledger.ConnectionsAsync(count, _records)));
        }

        if (servers.Postgres is { } postgres)
        {
            PostgresLoads loads = new(postgres, _records);
            contenders.Add(Contender("postgres", postgres, callers, loads.SinglesAsync));
            if (withVariants)
            {
                contenders.Add(Contender("postgres_multiplexing", postgres, callers, _ => loads.MultiplexedAsync()));
            }
        }

        if (servers.Etcd is { } etcd)
        {
            contenders.Add(Contender("etcd", etcd, callers, count => EtcdLoads.SinglesAsync(etcd, count, _records)));
        }

        AddNats(contenders, callers, recordsPerCall: 1);
        return contenders;
    }

    private void AddNats(List<IContender> contenders, int callers, int recordsPerCall)
    {
        foreach (NatsPeer? nats in new[] { servers.Nats, servers.NatsSync })
        {
            if (nats is not null)
            {
                contenders.Add(Contender(
                    nats.Name, nats, callers, count => NatsLoads.OpenAsync(nats, count, recordsPerCall, _records)));
            }
        }
    }

    private ServerContender Contender(
        string name, IPeerServer server, int callers, Func<int, Task<IPeerLoad>> open) =>
        new(name, server, folder, callers, open);
}
