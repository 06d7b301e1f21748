// Entries that can be decoded and are known not to be what was committed to: the scrubber puts them in, readers refuse
// them. Written rarely, under a lock; read by any thread without one.

using System.Collections.Concurrent;

namespace LedgerStore.Engine.Segments;

/// <summary>Ranges of entries, by ledger, that must not be shown.</summary>
internal sealed class DamagedRanges
{
    private readonly ConcurrentDictionary<uint, Damage[]> _ranges = new();
    private readonly Lock _lock = new();

    /// <summary>Ranges, for metrics.</summary>
    public int Count => _ranges.IsEmpty ? 0 : _ranges.Values.Sum(ranges => ranges.Length);

    /// <summary>From now on readers refuse these entries.</summary>
    public void Add(uint ledgerId, long firstIndex, long count, string evidence)
    {
        Damage damage = new(firstIndex, count, evidence);
        lock (_lock)
        {
            Damage[] known = _ranges.GetValueOrDefault(ledgerId) ?? [];
            if (!Array.Exists(known, range => range.FirstIndex <= firstIndex && range.End >= damage.End))
            {
                // Swapped whole: a reader sees the old ones or all of them.
                _ranges[ledgerId] = [.. known, damage];
            }
        }
    }

    /// <summary>Refuses a range that overlaps a damaged one.</summary>
    /// <exception cref="StoreException">DataLoss, with the damaged range.</exception>
    public void Check(uint ledgerId, long firstIndex, int count)
    {
        // One look at an empty dictionary, for nearly every store and always.
        if (_ranges.IsEmpty || !_ranges.TryGetValue(ledgerId, out Damage[]? ranges))
        {
            return;
        }

        foreach (Damage damage in ranges)
        {
            if (damage.FirstIndex < firstIndex + count && damage.End > firstIndex)
            {
                throw new StoreException(
                    StoreReason.DataLoss,
                    $"entries {damage.FirstIndex:N0} to {damage.End - 1:N0} are not those that were committed to: "
                    + damage.Evidence)
                {
                    FirstIndex = damage.FirstIndex,
                    Count = damage.Count,
                };
            }
        }
    }

    private sealed record Damage(long FirstIndex, long Count, string Evidence)
    {
        public long End => FirstIndex + Count;
    }
}
