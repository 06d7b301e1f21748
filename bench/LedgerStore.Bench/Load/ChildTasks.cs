// What a child does. One task for each process; it says its figures on standard output, numbers with spaces between.
using System.Diagnostics;
using System.Globalization;
using LedgerStore.Bench.Peers.Embedded;
using LedgerStore.Engine;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Bench.Load;

/// <summary>The tasks of child processes, by name.</summary>
internal static class ChildTasks
{
    public static int Run(ReadOnlySpan<string> arguments)
    {
        string directory = arguments[1];
        switch (arguments[0])
        {
            case "memory":
                Memory(
                    double.Parse(arguments[2], CultureInfo.InvariantCulture),
                    int.Parse(arguments[3], CultureInfo.InvariantCulture));
                return 0;
            case "profile":
                Profile(
                    double.Parse(arguments[2], CultureInfo.InvariantCulture),
                    double.Parse(arguments[3], CultureInfo.InvariantCulture));
                return 0;
            case "idle":
                Idle(directory, int.Parse(arguments[2], CultureInfo.InvariantCulture));
                return 0;
            case "fill":
                Fill(directory);
                return 0;
            case "open":
                Open(directory, arguments[2]);
                return 0;
            case EmbeddedTask.Name:
                return EmbeddedTask.Run(directory, arguments[2]);
            default:
                return 2;
        }
    }

    /// <summary>Full load; says the highest anonymous memory in each quarter of the time.</summary>
    private static void Memory(double seconds, int ledgers)
    {
        using BenchStore store = new(ledgers);
        using AppendLoad load = new(store, new LoadShape { Ledgers = ledgers });
        load.WarmUp(TimeSpan.FromSeconds(30));
        double[] peaks = new double[4];
        Stopwatch watch = Stopwatch.StartNew();
        using Timer sampler = new(
            _ =>
            {
                int quarter = Math.Clamp((int)(4 * watch.Elapsed.TotalSeconds / seconds), 0, 3);
                peaks[quarter] = Math.Max(peaks[quarter], ProcessFacts.RssAnonMegabytes());
            },
            null,
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(Math.Clamp(seconds * 10, 5, 100)));
        LoadFigure figure = load.Run(TimeSpan.FromSeconds(seconds));
        Say([.. peaks, figure.RecordsPerSecond]);
    }

    /// <summary>Full load; says records, seconds, CPU seconds, and of each stage the seconds and the CPU seconds.
    /// </summary>
    private static void Profile(double seconds, double warmUpSeconds)
    {
        using BenchStore store = new(ledgers: 1);
        using AppendLoad load = new(store, new LoadShape());
        load.WarmUp(TimeSpan.FromSeconds(warmUpSeconds));
        Stage[] stages = Enum.GetValues<Stage>();
        double[] before = Spent();
        LoadFigure figure = load.Run(TimeSpan.FromSeconds(seconds));
        IEnumerable<double> spent = Spent().Zip(before, static (now, then) => now - then);
        Say([figure.Records, figure.Seconds, figure.CpuSeconds, .. spent]);

        double[] Spent() => [.. stages.SelectMany<Stage, double>(
            stage => [StageClock.SecondsOf(stage), StageClock.CpuSecondsOf(stage)])];
    }

    /// <summary>Many ledgers with a few records each, and then nothing.</summary>
    private static void Idle(string directory, int ledgers)
    {
        using Store store = Store.Open(new StoreOptions { Directory = directory });
        Stopwatch watch = Stopwatch.StartNew();
        Ledger[] all = [.. Enumerable.Range(0, ledgers).Select(number => store.CreateLedger(BenchStore.Name(number)))];
        double createSeconds = watch.Elapsed.TotalSeconds;
        RecordPool pool = new(recordBytes: 256, batch: 4);
        for (int number = 0; number < ledgers; number += 64)
        {
            Task[] appends = [.. all.Skip(number).Take(64).Select(
                (ledger, i) => Append(ledger, pool, number + i))];
            Task.WaitAll(appends);
        }

        // Whoever appended has gone; what stays is the store's.
        pool = null!;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Thread.Sleep(2_000);
        Say(ProcessFacts.RssAnonMegabytes(), createSeconds, GC.GetTotalMemory(forceFullCollection: false) / 1e6);
        GC.KeepAlive(all);
    }

    private static Task<AppendResult> Append(Ledger ledger, RecordPool pool, int batch) =>
        ledger.AppendAsync(new RecordBatch { Lengths = pool.Lengths, Payload = pool.Batch(batch) }).AsTask();

    /// <summary>Appends until the journal holds all it may; says its bytes, and goes on waiting to be killed.</summary>
    private static void Fill(string directory)
    {
        using Store store = Store.Open(new StoreOptions { Directory = directory });
        Ledger[] ledgers = [store.CreateLedger(BenchStore.Name(0))];
        using FrameSizes frames = new();
        RecordPool pool = new(recordBytes: 256, batch: 64);
        Producer producer = new(0, new LoadShape { Producers = 1 }, ledgers, pool);
        long journalBytes = 0;

        // The flusher acts when more than 8 of 16 files are full: just before, all of it is only in the journal.
        const long Wanted = (9L * 64 * 1024 * 1024) - (40 * 1024 * 1024);
        while (journalBytes < Wanted)
        {
            producer.RunAsync(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 100)).GetAwaiter().GetResult();
            journalBytes += frames.Take().Sum(bytes => (long)bytes);
        }

        Say(journalBytes, ledgers[0].Size);
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Opens a store as a program does that has just started; says how long it took.</summary>
    private static void Open(string directory, string ledger)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using Store store = Store.Open(new StoreOptions { Directory = directory });
        double openMillis = watch.Elapsed.TotalMilliseconds;
        long size = store.GetLedger(ledger).Size;
        using Process process = Process.GetCurrentProcess();
        Say(openMillis, watch.Elapsed.TotalMilliseconds, size, process.TotalProcessorTime.TotalMilliseconds);
        store.Dispose();
        Say(0);
    }

    private static void Say(params double[] numbers)
    {
        Console.WriteLine(string.Join(
            ' ', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture))));
        Console.Out.Flush();
    }
}
