// The intake in front of the real server: three processes, with the senders, on the same cores. A record counts when it
// is in the ledger and acknowledged. Parts, for --only: the kinds, single, file, rsyslog.
using System.Diagnostics;
using System.Net.Http.Headers;
using LedgerStore.Bench.Client;
using LedgerStore.Bench.Frame;

namespace LedgerStore.Bench.Intake;

internal sealed class IntakeSuite : IBenchSuite
{
    private const int Batch = 100;
    private const int Senders = 8;
    private const int Callers = 64;

    // About 250 bytes, as audit records are.
    private const string Said = "\"time\":1764519000000,\"actor\":{\"user\":{\"name\":\"anna\",\"uid\":\"7f3a9c52\"}},"
        + "\"api\":{\"operation\":\"invoice.approve\"},\"resources\":[{\"name\":\"invoice/000000000000\"}],"
        + "\"src_endpoint\":{\"ip\":\"192.0.2.17\"},\"status\":\"Success\",\"metadata\":{\"version\":\"1.3.0\"}";

    private static readonly RequestTemplate[] s_kinds =
    [
        new("json", "", "application/json", "[", $"{{{Said}}}", ",", "]", Batch),
        new("kubernetes", "", "application/json", "{\"kind\":\"EventList\",\"items\":[",
            $"{{\"auditID\":\"000000000000\",\"stage\":\"ResponseComplete\",{Said}}}", ",", "]}", Batch),
        new("cloudevents", "", "application/cloudevents-batch+json", "[",
            $"{{\"specversion\":\"1.0\",\"id\":\"000000000000\",\"source\":\"/s\",\"type\":\"t\",\"data\":{{{Said}}}}}",
            ",", "]", Batch),
        new("splunk", "/services/collector", "application/json", "", $"{{\"event\":{{{Said}}}}}", "", "", Batch),
        new("otlp", "/v1/logs", "application/json", "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[",
            $"{{\"severityNumber\":9,\"body\":{{\"stringValue\":{System.Text.Json.JsonSerializer.Serialize(Said)}}}}}",
            ",", "]}]}]}", Batch),
    ];

    public string Name => "intake";

    public string Summary => "what other systems send: intake and server as processes, acknowledged and in the ledger";

    public void Run(BenchRun run) => RunAsync(run).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchRun run)
    {
        using BenchServer server = new();
        using IntakeChild intake = new(server, s_kinds.Select(static each => each.Kind));
        foreach (RequestTemplate kind in s_kinds.Where(each => run.Options.Includes(each.Kind)))
        {
            await MeasureAsync(run, server, intake, $"intake.{kind.Kind}", time =>
                PostAsync(intake, kind, Senders, time));
        }

        if (run.Options.Includes("single"))
        {
            RequestTemplate one = new("json", "", "application/json", "", $"{{{Said}}}", "", "", events: 1);
            await MeasureAsync(run, server, intake, "intake.single", time => PostAsync(intake, one, Callers, time));
        }

        if (run.Options.Includes("file"))
        {
            await MeasureAsync(run, server, intake, "intake.file", time => AppendAsync(intake, time));
        }

        if (run.Options.Includes("rsyslog"))
        {
            await CompareAsync(run);
        }

        run.Note($"{Batch} events of about 250 bytes in a request, {Senders} senders, or {Callers} callers with one "
            + "event each; a record counts when its sender has the answer and the ledger has the record. The senders "
            + "run on the same cores. rsyslog writes the same records to a file and syncs it after each batch of "
            + $"{Batch}, without an answer to its sender.");
    }

    private static async Task MeasureAsync(
        BenchRun run, BenchServer server, IntakeChild intake, string name, Func<TimeSpan, Task<(double, long)>> work)
    {
        await work(WarmUp(run));
        List<double> rates = [], own = [], store = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            (double intakeCpu, double storeCpu) = (intake.CpuSeconds, server.CpuSeconds);
            (double rate, long records) = await work(run.Options.RunTime);
            rates.Add(rate);
            own.Add((intake.CpuSeconds - intakeCpu) * 1e6 / records);
            store.Add((server.CpuSeconds - storeCpu) * 1e6 / records);
        }

        run.MoreIsBetter(name + ".records_per_second", "1/s", rates);
        run.LessIsBetter(name + ".intake_cpu_us", "us", own);
        run.LessIsBetter(name + ".store_cpu_us", "us", store);
    }

    private static async Task CompareAsync(BenchRun run)
    {
        if (!RsyslogToFile.IsInstalled)
        {
            run.Note("rsyslog is not installed, and was not measured");
            return;
        }

        using RsyslogToFile rsyslog = new($"{{{Said}}}", Batch);
        await rsyslog.RunAsync(Senders, WarmUp(run));
        List<double> rates = [], cpu = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            double before = rsyslog.CpuSeconds;
            (double rate, long lines) = await rsyslog.RunAsync(Senders, run.Options.RunTime);
            rates.Add(rate);
            cpu.Add((rsyslog.CpuSeconds - before) * 1e6 / lines);
        }

        run.MoreIsBetter("intake.rsyslog_to_file.records_per_second", "1/s", rates);
        run.LessIsBetter("intake.rsyslog_to_file.cpu_us", "us", cpu);
    }

    private static async Task<(double Rate, long Records)> PostAsync(
        IntakeChild intake, RequestTemplate template, int senders, TimeSpan time)
    {
        using HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = senders });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", IntakeChild.Token);
        long before = (await intake.CountsAsync(template.Kind)).Stored;
        Stopwatch watch = Stopwatch.StartNew();
        long[] sent = await Task.WhenAll(Enumerable.Range(0, senders).Select(async _ =>
        {
            long records = 0;
            for (; watch.Elapsed < time; records += template.Events)
            {
                using ByteArrayContent content = new(template.Next());
                content.Headers.ContentType = new MediaTypeHeaderValue(template.Type);
                using HttpResponseMessage answer = await http.PostAsync(intake.AddressOf(template), content);
                answer.EnsureSuccessStatusCode();
            }

            return records;
        }));
        await intake.DrainAsync(template.Kind, before + sent.Sum());
        return (sent.Sum() / watch.Elapsed.TotalSeconds, sent.Sum());
    }

    // As many lines as are written in a tenth of the time; they are there before the intake has read the first ones.
    private static async Task<(double Rate, long Records)> AppendAsync(IntakeChild intake, TimeSpan time)
    {
        byte[] lines = System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{{{Said}}}\n", Batch)));
        long before = (await intake.CountsAsync("file")).Stored, written = 0;
        Stopwatch watch = Stopwatch.StartNew();
        await using (FileStream file = new(intake.InputFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            for (; watch.Elapsed < time / 10 && written < 500_000; written += Batch)
            {
                await file.WriteAsync(lines);
            }
        }

        await intake.DrainAsync("file", before + written);
        return (written / watch.Elapsed.TotalSeconds, written);
    }

    private static TimeSpan WarmUp(BenchRun run) => TimeSpan.FromSeconds(run.Options.Quick ? 2 : 10);
}
