// Which entries: indexes in ascending order, as the ranges that they make. From a list that people or programs write,
// such as 3,7,100-200. Immutable, pure.
using System.Globalization;

namespace LedgerStore.Cli;

/// <summary>Indexes that follow each other.</summary>
internal readonly record struct IndexRange(ulong First, ulong Count)
{
    public ulong Last => First + Count - 1;
}

/// <summary>Chosen indexes: ranges, ascending, with at least one index between two of them.</summary>
internal sealed class IndexRanges
{
    private readonly IndexRange[] _ranges;

    private IndexRanges(IndexRange[] ranges) => _ranges = ranges;

    public IReadOnlyList<IndexRange> All => _ranges;

    public ulong First => _ranges[0].First;

    public ulong Last => _ranges[^1].Last;

    public ulong Count => _ranges.Aggregate(0UL, (sum, range) => sum + range.Count);

    /// <summary>In words.</summary>
    public string Text => (_ranges.Length, Count) switch
    {
        (1, 1) => $"entry {First}",
        (1, _) => $"entries {First} to {Last}",
        _ => $"{Count} entries between {First} and {Last}",
    };

    /// <summary>Each index, ascending.</summary>
    public IEnumerable<ulong> Indexes()
    {
        foreach (IndexRange range in _ranges)
        {
            for (ulong index = range.First; index <= range.Last; index++)
            {
                yield return index;
            }
        }
    }

    /// <summary>One range. It must not be empty.</summary>
    public static IndexRanges Of(ulong first, ulong count) => Of([new IndexRange(first, count)])!;

    /// <summary>Ranges in any order, which may overlap; null: one of them is empty or too large, or there is
    /// none.</summary>
    public static IndexRanges? Of(IEnumerable<IndexRange> given)
    {
        List<IndexRange> merged = [];
        foreach (IndexRange range in given.OrderBy(static range => range.First))
        {
            if (range.Count == 0 || range.First > long.MaxValue || range.Count > long.MaxValue - range.First)
            {
                return null;
            }

            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
            {
                merged[^1] = merged[^1] with { Count = Math.Max(range.Last, merged[^1].Last) - merged[^1].First + 1 };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged.Count == 0 ? null : new IndexRanges([.. merged]);
    }

    /// <summary>Indexes and ranges such as 100-200, between commas or white space.</summary>
    /// <exception cref="UsageException">One of them is none.</exception>
    public static IndexRanges Parse(string text)
    {
        List<IndexRange> given = [];
        foreach (string part in text.Split(
            [',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            ulong first = IndexOf(dash < 0 ? part : part[..dash], part);
            ulong last = dash < 0 ? first : IndexOf(part[(dash + 1)..], part);
            given.Add(last >= first
                ? new IndexRange(first, last - first + 1)
                : throw new UsageException($"'{part}' ends before it begins"));
        }

        return Of(given) ?? throw new UsageException("no index was given", "such as 3,7,100-200");
    }

    private static ulong IndexOf(string text, string part) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong index) && index < long.MaxValue
            ? index
            : throw new UsageException($"'{part}' is no index", "write indexes and ranges, such as 3,7,100-200");
}
