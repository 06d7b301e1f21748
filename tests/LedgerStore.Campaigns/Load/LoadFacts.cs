// What the writers of a load have met, counted together. Any thread.
using System.Collections.Concurrent;

namespace LedgerStore.Campaigns.Load;

/// <summary>Counts, latencies, and answers that cannot be true.</summary>
internal sealed class LoadFacts(string wrongFile)
{
    private const int LatenciesKept = 200_000;
    private const int ErrorsKept = 20;

    private readonly Lock door = new();
    private readonly ConcurrentDictionary<string, long> errors = new();
    private readonly List<long> latencies = [];
    private long batches;
    private long records;
    private long repeats;
    private long failures;

    public void Appended(int count, TimeSpan took)
    {
        lock (door)
        {
            batches++;
            records += count;
            if (latencies.Count < LatenciesKept)
            {
                latencies.Add((long)took.TotalMicroseconds);
            }
        }
    }

    public void Repeated() => Interlocked.Increment(ref repeats);

    /// <summary>A call failed, as it may while there are faults.</summary>
    public void Failed(Exception error)
    {
        Interlocked.Increment(ref failures);
        string text = error.GetType().Name + ": " + error.Message;
        if (errors.Count < ErrorsKept || errors.ContainsKey(text))
        {
            errors.AddOrUpdate(text, 1, static (_, n) => n + 1);
        }
    }

    /// <summary>An answer that cannot be true: the judge counts these lines.</summary>
    public void Wrong(string what)
    {
        lock (door)
        {
            File.AppendAllText(wrongFile, what + "\n");
        }
    }

    /// <summary>Everything up to now; latencies since the last report.</summary>
    public LoadReport Report(int stuck)
    {
        lock (door)
        {
            latencies.Sort();
            LoadReport report = new(
                batches, records, Interlocked.Read(ref repeats), Interlocked.Read(ref failures), stuck,
                At(0.5), At(0.99), At(1), [.. errors.Select(static e => $"{e.Value} x {e.Key}")]);
            latencies.Clear();
            return report;
        }
    }

    private long At(double share) =>
        latencies.Count == 0 ? 0 : latencies[Math.Min(latencies.Count - 1, (int)(latencies.Count * share))];
}
