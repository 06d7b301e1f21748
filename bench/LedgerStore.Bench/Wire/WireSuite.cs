// The whole server over mutual TLS on loopback: appends, reads and proofs, with client and server on the same cores.
// Parts, for --only: append, unary, read, proofs, idle.
using LedgerStore.Bench.Frame;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Bench.Wire;

internal sealed class WireSuite : IBenchSuite
{
    private const int IdleConnections = 1_000;
    private const int Callers = 64;
    private const long FilledRecords = 500_000;

    public string Name => "wire";

    public string Summary => "the whole server over mutual TLS on loopback, durable and by policy";

    public IReadOnlyList<Target> Targets { get; } =
    [
        Target.ShareOfFloor("wire.append.records_per_second", 0.3),
        Target.ShareOfFloor("wire.append.one_connection_records_per_second", 0.25),
        Target.AtMost("wire.append.server_alloc_bytes_per_record", 16),
        Target.AtMost("wire.append.authorization_share", 5),
        Target.ShareOfFloor("wire.unary.64_clients_per_second", 0.5),
        Target.AtMost("wire.unary.authorization_share", 5),
        Target.ShareOfFloor("wire.unary.median_us", 0.3, lowerIsBetter: true),
        Target.ShareOfFloor("wire.read.records_per_second", 0.5),
        Target.ShareOfFloor("wire.proofs.per_second", 0.2),
        Target.AtMost("wire.idle.1000_connections_mb", 150),
    ];

    public void Run(BenchRun run)
    {
        using LedgerWire server = new();
        using WireFloors floors = new();
        WireTurns turns = new(run, server);
        if (run.Options.Includes("append"))
        {
            Append(run, turns, server, floors);
        }

        if (run.Options.Includes("unary"))
        {
            Unary(run, turns, server, floors);
        }

        using LedgerChannel reader = server.Connect("reader", connections: 1);
        if (run.Options.Includes("read"))
        {
            Fill(server);
            turns.Measure(new WireTask(
                "wire.read.records_per_second", time => LedgerWork.ReadAsync(reader, time), floors.Reads));
        }

        if (run.Options.Includes("proofs"))
        {
            Fill(server);
            turns.Measure(new WireTask(
                "wire.proofs.per_second", time => LedgerWork.ProveAsync(reader, Callers, time),
                time => floors.Calls(Callers, time)));
        }

        if (run.Options.Includes("idle"))
        {
            Idle(run, server);
        }

        run.Note("floors: of appends the slower of two loops, the same batches through TLS on as many connections, and "
            + "one core that hashes and compresses the same entries; of reads the same bytes through TLS; of 64 "
            + "callers 64 connections that send and answer as many bytes; of one caller such a round trip and one "
            + "synced page. Memory has none.");
    }

    private static void Append(BenchRun run, WireTurns turns, LedgerWire server, WireFloors floors)
    {
        using LedgerChannel one = server.Connect("appender", connections: 1);
        using LedgerChannel four = server.Connect("appender", connections: 4);
        double audited = server.AuditEvents();
        double serverMicros = turns.Measure(
            new WireTask(
                "wire.append.records_per_second", time => WireWork.AppendAsync(four, 4, time),
                time => floors.Appends(connections: 4, time)),
            new WireTask(
                "wire.append.one_connection_records_per_second", time => WireWork.AppendAsync(one, 1, time),
                time => floors.Appends(connections: 1, time)));
        turns.Allocation("wire.append.server_alloc_bytes_per_record", time => WireWork.AppendAsync(four, 4, time));
        run.LessIsBetter("wire.append.audit_events", "", [server.AuditEvents() - audited]);
        using AuthorizationCost cost = new(server.Data);
        run.LessIsBetter("wire.append.authorization_share", "%", Enumerable.Range(0, run.Options.Runs).Select(
            _ => 100 * cost.BatchMicros() / (serverMicros * WireWork.Batch)));
    }

    private static void Unary(BenchRun run, WireTurns turns, LedgerWire server, WireFloors floors)
    {
        using LedgerChannel one = server.Connect("appender", connections: 1);
        double serverMicros = turns.Measure(new WireTask(
            "wire.unary.64_clients_per_second", time => WireWork.UnaryAsync(one, Callers, time),
            time => floors.Calls(Callers, time)));
        turns.Allocation("wire.unary.server_alloc_bytes_per_call", time => WireWork.UnaryAsync(one, Callers, time));
        using AuthorizationCost cost = new(server.Data);
        run.LessIsBetter("wire.unary.authorization_share", "%", Enumerable.Range(0, run.Options.Runs).Select(
            _ => 100 * cost.CallMicros() / serverMicros));
        UnaryAdded.Measure(run, one, floors);
    }

    // Enough for reads and proofs that are not all in one segment.
    private static void Fill(LedgerWire server)
    {
        using LedgerChannel writer = server.Connect("appender", connections: 1);
        for (long records = 0; records < FilledRecords;)
        {
            records += WireWork.AppendAsync(writer, 1, TimeSpan.FromSeconds(1)).GetAwaiter().GetResult().Count;
        }
    }

    private static void Idle(BenchRun run, LedgerWire server)
    {
        double before = server.AnonymousMegabytes;
        List<LedgerChannel> idle = [];
        for (int number = 0; number < IdleConnections; number++)
        {
            LedgerChannel channel = server.Connect("reader", connections: 1);
            channel.UnaryAsync(LedgerMethods.DescribeLedger, new DescribeLedgerRequest { Ledger = "demo" }, default)
                .AsTask().GetAwaiter().GetResult();
            idle.Add(channel);
        }

        run.LessIsBetter("wire.idle.1000_connections_mb", "MB", [server.AnonymousMegabytes - before]);
        idle.ForEach(channel => channel.Dispose());
    }
}
