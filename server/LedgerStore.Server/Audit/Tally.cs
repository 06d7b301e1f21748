// Counts what is not recorded one by one. A bounded number of keys; what is more than that is counted under one key
// that says so. Guarded by its own lock, which nothing blocks under; any thread.
namespace LedgerStore.Server.Audit;

/// <summary>What is counted together.</summary>
internal readonly record struct TallyKey(string Identity, string Call, string Ledger, string Peer, string Reason)
{
    /// <summary>Stands for all that found no room of its own.</summary>
    public static readonly TallyKey Other = new("other", "other", "other", "other", "other");
}

/// <summary>A sum since the tally was last taken.</summary>
internal readonly record struct TallySum(TallyKey Key, long Count);

/// <summary>Sums of one second.</summary>
internal sealed class Tally(int keysMax)
{
    private readonly Lock gate = new();
    private Dictionary<TallyKey, long> sums = [];

    /// <summary>Counts one more.</summary>
    /// <returns>How many of its key there are now; 0 when it had to be counted as one of the others.</returns>
    public long Add(TallyKey key)
    {
        lock (gate)
        {
            long count = sums.GetValueOrDefault(key);
            if (count == 0 && sums.Count >= keysMax)
            {
                sums[TallyKey.Other] = sums.GetValueOrDefault(TallyKey.Other) + 1;
                return 0;
            }

            return sums[key] = count + 1;
        }
    }

    /// <summary>Takes all sums and begins anew.</summary>
    public IReadOnlyList<TallySum> Take()
    {
        Dictionary<TallyKey, long> taken;
        lock (gate)
        {
            if (sums.Count == 0)
            {
                return [];
            }

            (taken, sums) = (sums, []);
        }

        return [.. taken.Select(sum => new TallySum(sum.Key, sum.Value))];
    }
}
