// What the writers of a load have met, counted together. Any thread.
using System.Collections.Concurrent;

namespace LedgerStore.Campaigns.Load;

/// <summary>Counts, latencies, and answers that cannot be true.</summary>
internal sealed class LoadFacts(string wrongFile)
{
    private const int LatenciesKept = 200_000;
    private const int ErrorsKept = 20;

    private readonly Lock _door = new();
    private readonly ConcurrentDictionary<string, long> _errors = new();
    private readonly List<long> _latencies = [];
    private long _batches;
    private long _records;
    private long _repeats;
    private long _failures;

    public void Appended(int count, TimeSpan took)
    {
        lock (_door)
        {
            _batches++;
            _records += count;
            if (_latencies.Count < LatenciesKept)
            {
                _latencies.Add((long)took.TotalMicroseconds);
            }
        }
    }

    public void Repeated() => Interlocked.Increment(ref _repeats);

    /// <summary>A call failed, as it may while there are faults.</summary>
    public void Failed(Exception error)
    {
        Interlocked.Increment(ref _failures);
        string text = error.GetType().Name + ": " + error.Message;
        if (_errors.Count < ErrorsKept || _errors.ContainsKey(text))
        {
            _errors.AddOrUpdate(text, 1, static (_, n) => n + 1);
        }
    }

    /// <summary>An answer that cannot be true: the judge counts these lines.</summary>
    public void Wrong(string what)
    {
        lock (_door)
        {
            File.AppendAllText(wrongFile, what + "\n");
        }
    }

    /// <summary>Everything up to now; latencies since the last report.</summary>
    public LoadReport Report(int stuck)
    {
        lock (_door)
        {
            _latencies.Sort();
            LoadReport report = new(
                _batches, _records, Interlocked.Read(ref _repeats), Interlocked.Read(ref _failures), stuck,
                At(0.5), At(0.99), At(1), [.. _errors.Select(static e => $"{e.Value} x {e.Key}")]);
            _latencies.Clear();
            return report;
        }
    }

    private long At(double share) =>
        _latencies.Count == 0 ? 0 : _latencies[Math.Min(_latencies.Count - 1, (int)(_latencies.Count * share))];
}
