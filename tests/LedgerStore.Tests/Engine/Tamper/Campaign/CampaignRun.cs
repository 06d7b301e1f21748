// One run of the campaign: which forgeries, on which workers, and what came of each. Owned by one test.

using System.Collections.Concurrent;
using System.Globalization;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal sealed class CampaignRun(CampaignHome home, int seed)
{
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(5);

    /// <summary>Every single forgery there is.</summary>
    public List<Forgery> Singles { get; } =
    [
        .. Of(home, home.Sound, isAfterCrash: false),
        .. Of(home, home.Crashed, isAfterCrash: true),
    ];

    /// <summary>What is done to the journal is done to what a crash left, which counts, and to what a clean end left,
    /// which says only what was signed. Of the others every second one is done to what a crash left.</summary>
    private static IEnumerable<Forgery> Of(CampaignHome home, string sound, bool isAfterCrash)
    {
        List<Forgery> all =
        [
            .. RecordForgeries.Of(sound, [.. home.Moments, home.Stranger]),
            .. FileForgeries.Of(sound, home.Moments, home.Stranger),
        ];
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Name.Contains("journal/", StringComparison.Ordinal) || (i % 2 == 0) == isAfterCrash)
            {
                yield return isAfterCrash
                    ? all[i] with { Name = all[i].Name + ", after a crash", IsAfterCrash = true }
                    : all[i];
            }
        }
    }

    /// <summary>As many as are wanted: singles of all rows in turn, then pairs.</summary>
    public List<Forgery> Choose(int count)
    {
        Random random = new(seed);
        Queue<Forgery>[] rows =
        [
            .. Singles.GroupBy(static one => one.Row).OrderBy(static row => row.Key, StringComparer.Ordinal).Select(
                row =>
            {
                Forgery[] all = [.. row];
                random.Shuffle(all);
                return new Queue<Forgery>(all);
            }),
        ];
        int singles = Math.Min(Singles.Count, count * 4 / 5);
        List<Forgery> chosen = [];
        while (chosen.Count < singles)
        {
            foreach (Queue<Forgery> row in rows.Where(static row => row.Count > 0))
            {
                chosen.Add(row.Dequeue());
            }
        }

        while (chosen.Count < count)
        {
            chosen.Add(Forgery.Pair(Singles[random.Next(Singles.Count)], Singles[random.Next(Singles.Count)]));
        }

        return chosen;
    }

    /// <summary>Finds forgeries by their names, so that one can be done again alone.</summary>
    public Forgery Find(string name) => name.Split(" + ") switch
    {
        [var one] => Singles.Single(forgery => forgery.Name == one),
        [var one, var other] => Forgery.Pair(Find(one), Find(other)),
        _ => throw new ArgumentException($"no forgery is called '{name}'", nameof(name)),
    };

    /// <summary>Does each of them to a copy of its own.</summary>
    public List<(Forgery Forgery, Verdict Verdict)> Do(IReadOnlyList<Forgery> forgeries)
    {
        ConcurrentBag<(int Number, Forgery Forgery, Verdict Verdict)> done = [];
        Parallel.ForEach(
            Partitioner.Create(Enumerable.Range(0, forgeries.Count), EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount * 2 },
            number =>
            {
                if (Judged(forgeries[number]) is { } verdict)
                {
                    done.Add((number, forgeries[number], verdict));
                }
            });
        return [.. done.OrderBy(static one => one.Number).Select(static one => (one.Forgery, one.Verdict))];
    }

    /// <summary>Null when it cannot be done.</summary>
    private Verdict? Judged(Forgery forgery)
    {
        CampaignCopy copy = home.Copy(forgery.IsAfterCrash ? home.Crashed : home.Sound);
        if (!forgery.Do(copy))
        {
            copy.Dispose();
            return null;
        }

        Verdict verdict = Judge.Run(home, copy, s_bound);
        if (verdict.Broken is null)
        {
            // A judge that still waits has its files.
            copy.Dispose();
        }

        if (Environment.GetEnvironmentVariable("LEDGERSTORE_TAMPER_LOG") is { } log)
        {
            lock (home)
            {
                File.AppendAllText(log, $"{forgery.Row}\t{verdict.IsHole}\t{verdict.IsHarmless}\t"
                    + Describe(forgery, verdict).ReplaceLineEndings("\t") + "\n");
            }
        }

        return verdict;
    }

    public static string Describe(Forgery forgery, Verdict verdict) => string.Create(
        CultureInfo.InvariantCulture,
        $"{forgery.Name}\n  must be noticed by {EvidenceColumn.RowOf(forgery)?.NoticedBy}"
        + $"\n  noticed by {verdict.Noticed}{(verdict.IsReaderRefused ? ", reader" : "")}"
        + $"\n  believed: {verdict.Believed}\n  broken: {verdict.Broken}"
        + $"\n  {verdict.Evidence.ReplaceLineEndings("\n  ")}");
}
