// How long a store takes to open: after a kill with a full journal, and after a clean close with ten million entries.
// Both in processes of their own, compilation of the program's methods included: so a user meets it.
using System.Diagnostics;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;

namespace LedgerStore.Bench.Engine;

internal sealed class RecoverySuite : IBenchSuite
{
    private const long CleanEntries = 10_000_000;
    private const int RecordBytes = 256;

    public string Name => "recovery";

    public string Summary => "opening after kill -9 with a full journal, and a clean store of 10 million entries";

    public IReadOnlyList<Target> Targets { get; } =
        [Target.ShareOfFloor("engine.open.journal_mb_per_second", 0.75)];

    public void Run(BenchRun run)
    {
        if (run.Options.Includes("journal"))
        {
            Killed(run);
        }

        if (run.Options.Includes("clean"))
        {
            Clean(run);
        }

        run.Note("floor of the journal: all cores, which hash and compress the same entries. Opening after a clean "
            + "close has none: it reads little and computes nothing, most of its time is the program's compilation.");
    }

    private static void Killed(BenchRun run)
    {
        List<double> rates = [];
        List<double> cpuRates = [];
        List<double> floors = [];
        for (int i = 0; i < (run.Options.Quick ? 1 : 3); i++)
        {
            string directory = Directory.CreateTempSubdirectory("ledgerstore-bench-").FullName;
            try
            {
                double journalBytes;
                double size;
                using (Child writer = new("fill", directory, "-"))
                {
                    double[] numbers = writer.ReadNumbers();
                    (journalBytes, size) = (numbers[0], numbers[1]);
                    writer.Kill();
                }

                using Child opener = new("open", directory, BenchStore.Name(0));
                double[] opened = opener.ReadNumbers();
                if (opened[2] < size)
                {
                    throw new InvalidOperationException($"{size} entries were acknowledged, {opened[2]} are there");
                }

                rates.Add(journalBytes / 1e6 / (opened[0] / 1e3));
                cpuRates.Add(journalBytes / 1e6 / (opened[3] / 1e3));
                floors.Add(CpuFloor.BytesPerSecondOfAllCores(RecordBytes, TimeSpan.FromSeconds(0.5)) / 1e6);
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        run.MoreIsBetter("engine.open.journal_mb_per_second", "MB/s", rates, floor: BenchRun.Median([.. floors]));

        // What it is without the disk and without others on the machine: by the processor time of the opening process.
        run.MoreIsBetter("engine.open.journal_mb_per_cpu_second", "MB/s", cpuRates);
    }

    private static void Clean(BenchRun run)
    {
        string directory = Directory.CreateTempSubdirectory("ledgerstore-bench-").FullName;
        try
        {
            Fill(directory);
            double[] opens = new double[run.Options.Runs];
            double[] reads = new double[run.Options.Runs];
            for (int i = 0; i < run.Options.Runs; i++)
            {
                using Child opener = new("open", directory, BenchStore.Name(0));
                double[] opened = opener.ReadNumbers();
                (opens[i], reads[i]) = (opened[0], opened[1]);
                opener.ReadLine();
            }

            run.LessIsBetter("engine.open.clean_ms_10m", "ms", opens);
            run.LessIsBetter("engine.open.clean_first_ledger_ms_10m", "ms", reads);
            run.LessIsBetter(
                "engine.open.clean_same_process_ms_10m", "ms",
                Enumerable.Range(0, run.Options.Runs).Select(_ => OpenHere(directory)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Fill(string directory)
    {
        using Store store = Store.Open(new StoreOptions { Directory = directory });
        LedgerFill fill = new(store.CreateLedger(BenchStore.Name(0)), RecordBytes);
        fill.AppendAsync(CleanEntries).GetAwaiter().GetResult();
    }

    private static double OpenHere(string directory)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using Store store = Store.Open(new StoreOptions { Directory = directory });
        return watch.Elapsed.TotalMilliseconds;
    }
}
