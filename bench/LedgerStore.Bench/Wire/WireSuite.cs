// The whole server over mutual TLS on loopback: appends, reads and proofs, with client and server on the same cores.
using LedgerStore.Bench.Frame;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Bench.Wire;

internal sealed class WireSuite : IBenchSuite
{
    private const int Batch = 64;
    private const int IdleConnections = 1_000;

    public string Name => "wire";

    public string Summary => "the whole server over mutual TLS on loopback, durable and by policy";

    public void Run(BenchRun run)
    {
        using LedgerWire server = new();
        using RpcChannel one = server.Connect("appender", connections: 1);
        using RpcChannel four = server.Connect("appender", connections: 4);
        Measure(run, "wire.append.records_per_second", 600_000, time => WireWork.AppendAsync(four, 4, Batch, time));
        double allocated = server.AllocatedBytes();
        double[] records = Measure(
            run, "wire.append.one_connection_records_per_second", 400_000,
            time => WireWork.AppendAsync(one, 1, Batch, time));
        double perRecord = (server.AllocatedBytes() - allocated) / Math.Max(1, records[^1]);
        Report(run, "wire.append.server_alloc_bytes_per_record", "B", 8, lowerIsBetter: true, [perRecord]);
        WireFigure single = WireWork.UnaryAsync(one, 1, run.Options.RunTime).GetAwaiter().GetResult();
        Report(run, "wire.unary.median_us", "us", null, lowerIsBetter: true, [single.MedianMicros]);
        Measure(run, "wire.unary.64_clients_per_second", 15_000, time => WireWork.UnaryAsync(one, 64, time));
        using RpcChannel reader = server.Connect("reader", connections: 1);
        Measure(run, "wire.read.records_per_second", 700_000, time => LedgerWork.ReadAsync(reader, time));
        Measure(run, "wire.proofs.per_second", 10_000, time => LedgerWork.ProveAsync(reader, 64, time));
        Idle(run, server);
    }

    private static void Idle(BenchRun run, LedgerWire server)
    {
        double before = server.AnonymousMegabytes;
        List<RpcChannel> idle = [];
        for (int number = 0; number < IdleConnections; number++)
        {
            RpcChannel channel = server.Connect("reader", connections: 1);
            channel.UnaryAsync(LedgerMethods.DescribeLedger, new DescribeLedgerRequest { Ledger = "demo" })
                .AsTask().GetAwaiter().GetResult();
            idle.Add(channel);
        }

        double megabytes = server.AnonymousMegabytes - before;
        Report(run, "wire.idle.1000_connections_mb", "MB", 150, lowerIsBetter: true, [megabytes]);
        idle.ForEach(channel => channel.Dispose());
    }

    // The last element is the sum of what was counted, warm-up included.
    private static double[] Measure(BenchRun run, string name, double target, Func<TimeSpan, Task<WireFigure>> work)
    {
        TimeSpan time = run.Options.RunTime;
        double total = work(time).GetAwaiter().GetResult().PerSecond * time.TotalSeconds;
        double[] runs = [.. Enumerable.Range(0, run.Options.Runs).Select(
            _ => work(time).GetAwaiter().GetResult().PerSecond)];
        Report(run, name, "1/s", target, lowerIsBetter: false, runs);
        return [.. runs, total + (runs.Sum() * time.TotalSeconds)];
    }

    private static void Report(
        BenchRun run, string name, string unit, double? target, bool lowerIsBetter, double[] runs) => run.Report(
        new BenchResult(name, BenchRun.Median(runs), unit, Floor: null, target, lowerIsBetter, runs));
}
