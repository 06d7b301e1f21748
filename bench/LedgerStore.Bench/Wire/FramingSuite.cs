// The gRPC framing alone: no store behind it, mutual TLS on loopback, clients and server in this process.
using LedgerStore.Bench.Frame;
using LedgerStore.Client;

namespace LedgerStore.Bench.Wire;

internal sealed class FramingSuite : IBenchSuite
{
    private const int SlicesMax = 30;
    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(0.5);

    public string Name => "framing";

    public string Summary => "gRPC framing over mutual TLS on loopback, without a store";

    public void Run(BenchRun run)
    {
        using WireServer server = new();
        using LedgerChannel channel = server.Connect(connections: 1);
        using LedgerChannel four = server.Connect(connections: 4);
        Unary(run, channel, clients: 1);
        Unary(run, channel, clients: 64);
        Append(run, channel, streams: 1);
        Append(run, four, streams: 4);
        Measure(run, "framing.read_stream", "MB/s", time => WireWork.ReadAsync(channel, time));
    }

    private static void Unary(BenchRun run, LedgerChannel channel, int clients) => Measure(
        run, $"framing.unary.{clients}_clients", "1/s", time => WireWork.UnaryAsync(channel, clients, time));

    private static void Append(BenchRun run, LedgerChannel channel, int streams) => Measure(
        run, $"framing.append_stream.{streams}_streams.records", "1/s",
        time => WireWork.AppendAsync(channel, streams, time));

    private static void Measure(BenchRun run, string name, string unit, Func<TimeSpan, Task<WireFigure>> work)
    {
        Steady.Reach(run, name, SlicesMax, () => 1 / work(s_slice).GetAwaiter().GetResult().PerSecond);
        WireFigure[] figures = [.. Enumerable.Range(0, run.Options.Runs).Select(
            _ => work(run.Options.RunTime).GetAwaiter().GetResult())];
        run.MoreIsBetter(name, unit, figures.Select(figure => figure.PerSecond));
        if (figures[0].MedianMicros > 0)
        {
            run.LessIsBetter(name + ".p50", "us", figures.Select(figure => figure.MedianMicros));
        }

        run.LessIsBetter(name + ".allocated", "B", figures.Select(figure => figure.AllocatedBytes));
    }
}
