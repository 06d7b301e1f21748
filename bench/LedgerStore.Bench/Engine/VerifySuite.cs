// What offline verification must show: a closed store of 256-byte JSON audit records, files in the page cache, on one
// thread and on two, and beside it what the same threads do when they only hash.
using System.Diagnostics;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;

namespace LedgerStore.Bench.Engine;

internal sealed class VerifySuite : IBenchSuite
{
    private const int RecordBytes = 256;

    public string Name => "verify";

    public string Summary => "offline verification of a closed store, with its share of the hashing floor";

    public IReadOnlyList<Target> Targets { get; } =
        [Target.ShareOfFloor("verify.offline.entries_per_second", 0.3)];

    public void Run(BenchRun run)
    {
        using BenchStore store = new(1);
        int entries = run.Options.Quick ? 16 * 65_536 : 48 * 65_536;
        new LedgerFill(store.Ledgers[0], RecordBytes).AppendAsync(entries).GetAwaiter().GetResult();
        store.Store.Dispose();
        VerifyOptions options = new() { DataDirectory = store.DataDirectory };

        // Reads everything once: from then on the page cache has it, and the code is compiled.
        Verify(options with { Parallelism = 2 });
        HashFloor floor = new(RecordBytes);
        floor.Run(1, TimeSpan.FromSeconds(0.5));
        foreach (int threads in (int[])[1, 2])
        {
            Measure(run, floor, options with { Parallelism = threads });
        }
    }

    private static void Measure(BenchRun run, HashFloor floor, VerifyOptions options)
    {
        int threads = options.Parallelism;
        List<(double Wall, double Cpu)> verified = [];
        List<(double Wall, double Cpu)> hashed = [];
        for (int i = 0; i < run.Options.Runs; i++)
        {
            // In turn, so that both see the same machine.
            hashed.Add(floor.Run(threads, run.Options.RunTime));
            verified.Add(Verify(options));
        }

        string name = threads == 1 ? "verify.offline.one_thread" : "verify.offline";
        run.MoreIsBetter(
            $"{name}.entries_per_second", "1/s", verified.Select(rate => rate.Wall),
            BenchRun.Median([.. hashed.Select(rate => rate.Wall)]));
        run.MoreIsBetter(
            $"{name}.entries_per_cpu_second", "1/s", verified.Select(rate => rate.Cpu),
            BenchRun.Median([.. hashed.Select(rate => rate.Cpu)]));
    }

    private static (double Wall, double Cpu) Verify(VerifyOptions options)
    {
        using Process process = Process.GetCurrentProcess();
        double cpu = process.TotalProcessorTime.TotalSeconds;
        VerifyReport report = StoreVerifier.Verify(options);
        process.Refresh();
        cpu = process.TotalProcessorTime.TotalSeconds - cpu;
        return report.IsVerified
            ? (report.Entries / report.Duration.TotalSeconds, report.Entries / cpu)
            : throw new InvalidOperationException(report.Findings[0].Evidence);
    }
}
