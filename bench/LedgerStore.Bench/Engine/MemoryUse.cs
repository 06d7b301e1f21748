// Anonymous memory, in processes that do nothing else: under full load, and with many ledgers that nobody uses.
using System.Globalization;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;

namespace LedgerStore.Bench.Engine;

/// <summary>RssAnon of child processes.</summary>
internal static class MemoryUse
{
    private const int IdleLedgers = 10_000;

    public static void Measure(BenchRun run)
    {
        Load(run, ledgers: 1, "engine.memory.");
        Load(run, ledgers: 1_000, "engine.memory.ledgers_1000.");
        Idle(run);
    }

    /// <summary>For as long as --seconds says: 600 for the claim that it is flat over ten minutes.</summary>
    private static void Load(BenchRun run, int ledgers, string name)
    {
        string seconds = Math.Max(run.Options.Seconds, 3).ToString(CultureInfo.InvariantCulture);
        using Child child = new("memory", "-", seconds, ledgers.ToString(CultureInfo.InvariantCulture));
        double[] numbers = child.ReadNumbers();
        double[] quarters = numbers[..4];
        run.LessIsBetter(name + "peak_anonymous_mb", "MB", [quarters.Max()]);
        run.LessIsBetter(name + "growth_first_to_last_quarter_mb", "MB", [quarters[3] - quarters[0]]);
    }

    private static void Idle(BenchRun run)
    {
        string directory = Directory.CreateTempSubdirectory("ledgerstore-bench-").FullName;
        try
        {
            using Child child = new("idle", directory, IdleLedgers.ToString(CultureInfo.InvariantCulture));
            double[] numbers = child.ReadNumbers();
            run.LessIsBetter("engine.memory.idle_10000_ledgers_mb", "MB", [numbers[0]]);
            run.LessIsBetter("engine.create_10000_ledgers_seconds", "s", [numbers[1]]);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
