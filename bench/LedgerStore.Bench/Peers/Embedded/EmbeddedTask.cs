// The other side of an embedded contender: `bench child peer <directory> <name>`, a process of its own for each system,
// so that none pays for another's garbage and each can be traced. It obeys lines on standard input.
using System.Globalization;

namespace LedgerStore.Bench.Peers.Embedded;

internal static class EmbeddedTask
{
    public const string Name = "peer";

    // Writers of some systems block their thread.
    private const int ThreadsMin = 16;

    public static readonly string[] Systems = ["ledgerstore_engine", "sqlite", "fasterlog", "filestream"];

    /// <summary>Runs until the input ends: each line is "writers seconds", each answer the numbers of a figure.
    /// </summary>
    public static int Run(string directory, string system)
    {
        ThreadPool.SetMinThreads(ThreadsMin, ThreadsMin);
        IEmbeddedStore store;
        try
        {
            store = Open(directory, system);
        }
        catch (Exception error)
        {
            Say($"failed {error.Message.ReplaceLineEndings(" ")}");
            return 1;
        }

        using (store)
        {
            Say($"ready {store.Version}");
            while (Console.ReadLine() is string line)
            {
                string[] words = line.Split(' ');
                int writers = int.Parse(words[0], CultureInfo.InvariantCulture);
                double seconds = double.Parse(words[1], CultureInfo.InvariantCulture);
                PeerFigure figure = RunAsync(store, writers, seconds).GetAwaiter().GetResult();
                Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{figure.Records} {figure.Calls} {figure.Seconds} {figure.P50Micros} {figure.P99Micros}"));
            }
        }

        return 0;
    }

    private static IEmbeddedStore Open(string directory, string system)
    {
        PeerRecords records = new();
        return system switch
        {
            "ledgerstore_engine" => new EngineStore(directory, records),
            "sqlite" => new SqliteStore(directory, records),
            "fasterlog" => new FasterLogStore(directory, records),
            "filestream" => new FileStreamStore(directory, records),
            _ => throw new PeerException($"there is no embedded system '{system}'"),
        };
    }

    // What a system does behind the acknowledgements belongs to the time, so that no run pays for the one before.
    private static async Task<PeerFigure> RunAsync(IEmbeddedStore store, int writers, double seconds)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        PeerFigure figure = await Callers.RunAsync(store, writers, TimeSpan.FromSeconds(seconds));
        await store.SettleAsync();
        return figure with { Seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    private static void Say(string line)
    {
        Console.WriteLine(line);
        Console.Out.Flush();
    }
}
