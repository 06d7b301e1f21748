// The client library against the real server: two processes on the same cores, mutual TLS, durable before acknowledged.
using System.Diagnostics;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Bench.Wire;
using LedgerStore.Client;

namespace LedgerStore.Bench.Client;

internal sealed class ClientSuite : IBenchSuite
{
    private const int QuickLines = 200_000;
    private const int Lines = 5_000_000;
    private const ulong QuickReads = 200_000;
    private const ulong Reads = 1_000_000;
    private const int Callers = 64;
    private const double MegaByte = 1024 * 1024;

    public string Name => "client";

    public string Summary => "the client library against a server process, mutual TLS on loopback";

    public IReadOnlyList<Target> Targets { get; } =
    [
        Target.ShareOfFloor("client.append.64_callers_records_per_second", 0.2),
        Target.ShareOfFloor("client.append.64x16_records_per_second", 0.25),
        Target.AtMost("client.append.single_vs_raw", 1.25),
        Target.ShareOfFloor("client.verified_read.records_per_second", 0.2),
        Target.ShareOfFloor("client.import.lines_per_second", 0.2),
    ];

    public void Run(BenchRun run) => RunAsync(run).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchRun run)
    {
        using BenchServer server = new();
        using WireFloors floors = new();
        using LedgerClient client = server.Connect("appender");
        await using (Appender appender = client.CreateAppender("demo", new AppenderOptions { Producer = "callers" }))
        {
            await RateAsync(
                run, server, "client.append.64_callers",
                time => ClientWork.CallersAsync(appender, Callers, 1, time),
                time => Math.Min(floors.DurableCalls(Callers, time), floors.Appends(connections: 1, time)));
            await RateAsync(
                run, server, "client.append.64x16",
                time => ClientWork.CallersAsync(appender, Callers, 16, time),
                time => Math.Min(floors.DurableCalls(Callers * 16, time), floors.Appends(connections: 1, time)));
            await SingleAsync(run, client, appender, floors);
        }

        await ReadAsync(run, server, floors);
        await ImportAsync(run, client, floors);
        run.Note("floors: of appends the slowest of three, the same batches through TLS on one connection, one core "
            + "that hashes and compresses the same entries, and for callers who wait as many of them as there are for "
            + "a round trip and a synced page; of reads the same bytes through TLS, and of verified ones also a core "
            + "that only hashes; of one caller such a round trip and such a page.");
    }

    /// <summary>The rate, and what a record costs both processes in processor time: on a busy machine the rate says how
    /// much of it was left to us, and the cost what we need.</summary>
    private static async Task RateAsync(
        BenchRun run, BenchServer server, string name, Func<TimeSpan, Task<double>> work, Func<TimeSpan, double> floor)
    {
        await SettleAsync(run, server, name, work);
        List<double> library = [];
        List<double> serving = [];
        List<double> floors = [];
        double[] rates = await RunsAsync(run, async () =>
        {
            double own = Environment.CpuUsage.TotalTime.TotalSeconds;
            double other = server.CpuSeconds;
            Stopwatch watch = Stopwatch.StartNew();
            double rate = await work(run.Options.RunTime);
            double records = rate * watch.Elapsed.TotalSeconds;
            library.Add((Environment.CpuUsage.TotalTime.TotalSeconds - own) * 1e6 / records);
            serving.Add((server.CpuSeconds - other) * 1e6 / records);
            floors.Add(floor(run.Options.RunTime / 2));
            return rate;
        });
        run.MoreIsBetter(name + "_records_per_second", "1/s", rates, BenchRun.Median([.. floors]));
        run.LessIsBetter(name + "_client_cpu_us", "us", library);
        run.LessIsBetter(name + "_server_cpu_us", "us", serving);
    }

    // For many seconds both processes compile, and that is most of what they do then.
    private static async Task SettleAsync(
        BenchRun run, BenchServer server, string name, Func<TimeSpan, Task<double>> work)
    {
        const int secondsMax = 30;
        Steady steady = new();
        for (int second = 0; second < secondsMax && !steady.IsReached; second++)
        {
            double before = Environment.CpuUsage.TotalTime.TotalSeconds + server.CpuSeconds;
            double rate = await work(TimeSpan.FromSeconds(1));
            steady.Saw((Environment.CpuUsage.TotalTime.TotalSeconds + server.CpuSeconds - before) / rate);
        }

        steady.Tell(run, name);
    }

    private static async Task SingleAsync(
        BenchRun run, LedgerClient client, Appender appender, WireFloors floors)
    {
        await ClientWork.OneCallerAsync(appender, WarmUp(run));
        await ClientWork.RawAsync(client.Channel, WarmUp(run));
        double[] library = new double[run.Options.Runs];
        double[] raw = new double[run.Options.Runs];
        double[] bare = new double[run.Options.Runs];
        for (int i = 0; i < library.Length; i++)
        {
            // In turn, so that both see the same machine.
            library[i] = await ClientWork.OneCallerAsync(appender, run.Options.RunTime);
            raw[i] = await ClientWork.RawAsync(client.Channel, run.Options.RunTime);
            bare[i] = floors.DurableCallMicros(run.Options.RunTime / 2) / 1_000;
        }

        run.LessIsBetter("client.append.single_p50_ms", "ms", library, BenchRun.Median(bare));
        run.LessIsBetter("client.append.raw_p50_ms", "ms", raw);
        run.LessIsBetter(
            "client.append.single_vs_raw", "x", library.Zip(raw, static (with, without) => with / without));
    }

    private static async Task ImportAsync(BenchRun run, LedgerClient client, WireFloors floors)
    {
        int lines = run.Options.Quick ? QuickLines : Lines;
        string file = Path.Combine(Path.GetTempPath(), $"ledgerstore-bench-{Environment.ProcessId}.ndjson");
        await using (StreamWriter writer = new(file))
        {
            for (int i = 0; i < lines; i++)
            {
                await writer.WriteAsync(System.Text.Encoding.UTF8.GetString(ClientWork.Record(i)) + "\n");
            }
        }

        await using Appender appender = client.CreateAppender("demo", new AppenderOptions
        {
            Producer = "import",
            GiveUpAfter = TimeSpan.FromSeconds(20),
        });
        await ClientWork.ImportAsync(appender, file, lines);
        long before = Environment.WorkingSet;
        double cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        double[] rates = run.Options.Quick
            ? await RunsAsync(run, () => ClientWork.ImportAsync(appender, file, lines))
            : [await ClientWork.ImportAsync(appender, file, lines)];
        double used = Environment.CpuUsage.TotalTime.TotalSeconds - cpu;
        double floor = floors.Appends(connections: 1, run.Options.RunTime);
        run.MoreIsBetter("client.import.lines_per_second", "1/s", rates, floor);
        run.LessIsBetter("client.import.client_cpu_us", "us", [used * 1e6 / ((long)rates.Length * lines)]);
        run.LessIsBetter("client.import.memory_growth_mb", "MB", [(Environment.WorkingSet - before) / MegaByte]);
        File.Delete(file);
    }

    private static async Task ReadAsync(BenchRun run, BenchServer server, WireFloors floors)
    {
        using LedgerClient client = server.Connect("reader");
        using Verifier verifier = client.CreateVerifier("demo", new VerifierOptions { Vkey = server.Vkey });
        Reader reader = client.CreateReader("demo");
        ReadOptions range = ReadOptions.Range(0, run.Options.Quick ? QuickReads : Reads);
        await ClientWork.ReadAsync(reader.Verified(verifier).ReadAsync(range));
        double read = floors.Reads(run.Options.RunTime);
        run.MoreIsBetter(
            "client.read.records_per_second", "1/s",
            await RunsAsync(run, () => ClientWork.ReadAsync(reader.ReadAsync(range))), read);
        double hashed = new HashFloor(ClientWork.RecordBytes).Run(threads: 1, run.Options.RunTime).Wall;
        run.MoreIsBetter(
            "client.verified_read.records_per_second", "1/s",
            await RunsAsync(run, () => ClientWork.ReadAsync(reader.Verified(verifier).ReadAsync(range))),
            Math.Min(read, hashed));
        double before = Environment.CpuUsage.TotalTime.TotalSeconds;
        await ClientWork.ReadAsync(reader.Verified(verifier).ReadAsync(range));
        double used = Environment.CpuUsage.TotalTime.TotalSeconds - before;
        run.LessIsBetter("client.verified_read.client_cpu_us", "us", [used * 1e6 / range.Limit]);
    }

    private static async Task<double[]> RunsAsync(BenchRun run, Func<Task<double>> work)
    {
        double[] runs = new double[run.Options.Runs];
        for (int i = 0; i < runs.Length; i++)
        {
            runs[i] = await work();
        }

        return runs;
    }

    private static TimeSpan WarmUp(BenchRun run) => TimeSpan.FromSeconds(run.Options.Quick ? 1 : 2);
}
