// What an answer is worth. Immutable.

namespace LedgerStore.Fields;

/// <summary>The state of a range when an answer ended.</summary>
/// <param name="Gaps">Entries that nothing was said of: not empty means incomplete.</param>
/// <param name="Expired">Entries that are gone, by tombstones.</param>
/// <param name="Unreadable">Entries that the server said it cannot read.</param>
/// <param name="Excluded">Entries that an index proves to be no part of the answer.</param>
internal sealed record CoverResult(
    ulong First, ulong End, IReadOnlyList<(ulong First, ulong Count)> Gaps,
    IReadOnlyList<(ulong First, ulong Count)> Expired, IReadOnlyList<(ulong First, ulong Count)> Unreadable,
    IReadOnlyList<(ulong First, ulong Count)> Excluded)
{
    /// <summary>Whether every entry of the range is accounted for.</summary>
    public bool IsComplete => Gaps.Count == 0;

    /// <summary>A sentence for people: what the answer is complete for, or what is missing.</summary>
    public override string ToString()
    {
        if (!IsComplete)
        {
            return $"incomplete: nothing was said of entries {Ranges(Gaps)}";
        }

        string said = First == End ? "there are no entries in the range" : $"complete for entries {First} to {End - 1}";
        return said + (Expired.Count > 0 ? $"; expired: {Ranges(Expired)}" : "")
            + (Unreadable.Count > 0 ? $"; the server cannot read {Ranges(Unreadable)}" : "");
    }

    private static string Ranges(IReadOnlyList<(ulong First, ulong Count)> ranges) =>
        string.Join(", ", ranges.Select(static range => $"{range.First} to {range.First + range.Count - 1}"));
}
