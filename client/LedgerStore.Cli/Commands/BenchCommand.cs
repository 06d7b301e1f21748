// `ledger bench`: a quick self-test of a server from this machine. It appends real records, which stay. One loop for
// each caller, on the thread pool.
using System.CommandLine;
using System.Diagnostics;
using System.Text;
using LedgerStore.Client;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Measures a server.</summary>
internal static class BenchCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "A ledger for tests: the records stay in it" };
        Option<int> seconds = new("--seconds")
        {
            HelpName = "N",
            Description = "How long",
            DefaultValueFactory = static _ => 5,
        };
        Option<int> callers = new("--callers")
        {
            HelpName = "N",
            Description = "Callers with one record outstanding each",
            DefaultValueFactory = static _ => 64,
        };
        Option<int> bytes = new("--bytes")
        {
            HelpName = "N",
            Description = "The size of a record",
            DefaultValueFactory = static _ => 256,
        };
        return builder.Make(
            "bench",
            "Append records for some seconds, and say how many a second and how long one took\n\n"
            + "  ledger create bench\n"
            + "  ledger bench bench --callers 64",
            [ledger, seconds, callers, bytes],
            run => RunAsync(run, run.Get(ledger), run.Get(seconds), run.Get(callers), run.Get(bytes)));
    }

    private static async Task<int> RunAsync(Run run, string ledger, int seconds, int callers, int bytes)
    {
        if (seconds < 1 || callers is < 1 or > 4_096 || bytes is < 1 or > Appender.RecordBytesMax)
        {
            throw new UsageException("at least one second, 1 to 4096 callers, 1 to 64,512 bytes");
        }

        using LedgerClient client = run.Connect(Capability.Append);
        await client.Catalog.DescribeAsync(ledger, run.Cancellation).ConfigureAwait(false);
        Appender appender = client.CreateAppender(ledger, new AppenderOptions { GiveUpAfter = run.Patience });
        byte[] record = Encoding.ASCII.GetBytes(new string('x', bytes));
        long started = Stopwatch.GetTimestamp();
        Task<List<double>>[] loops;
        try
        {
            loops =
            [
                .. Enumerable.Range(0, callers).Select(_ => Task.Run(
                    () => LoopAsync(run, appender, record, started, TimeSpan.FromSeconds(seconds)))),
            ];
            await Task.WhenAll(loops).ConfigureAwait(false);
        }
        finally
        {
            await appender.DisposeAsync().ConfigureAwait(false);
        }

        double elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        List<double> millis = [];
        foreach (Task<List<double>> loop in loops)
        {
            millis.AddRange(await loop.ConfigureAwait(false));
        }

        Report(run, millis, elapsed, callers, bytes);
        return ExitCode.Done;
    }

    private static async Task<List<double>> LoopAsync(
        Run run, Appender appender, ReadOnlyMemory<byte> record, long started, TimeSpan duration)
    {
        List<double> millis = [];
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            long begun = Stopwatch.GetTimestamp();
            await appender.AppendAsync(record, run.Cancellation).ConfigureAwait(false);
            millis.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return millis;
    }

    private static void Report(Run run, List<double> millis, double elapsed, int callers, int bytes)
    {
        millis.Sort();
        double At(double part) => millis[(int)Math.Min(millis.Count - 1, millis.Count * part)];
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteNumber("callers", callers);
                json.WriteNumber("record_bytes", bytes);
                json.WriteNumber("records", millis.Count);
                json.WriteNumber("records_per_second", Math.Round(millis.Count / elapsed));
                json.WriteNumber("median_ms", Math.Round(At(0.5), 3));
                json.WriteNumber("p99_ms", Math.Round(At(0.99), 3));
            });
            return;
        }

        run.Line($"{callers} callers, {bytes} bytes, {elapsed:N1} s: {millis.Count / elapsed:N0} durable records/s");
        run.Line($"one record: median {At(0.5):N2} ms, 99 % below {At(0.99):N2} ms, longest {millis[^1]:N2} ms");
    }
}
