// The segments of a ledger as one moment saw them: immutable, swapped by the ledger's one writer, read by any thread.

using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Segments;

/// <summary>Segment n of the ledger is item n.</summary>
internal sealed class SegmentList
{
    public static readonly SegmentList Empty = new([], 0);

    // May be shared with later lists and have room behind the count: places below it are never written again.
    private readonly SegmentSource[] _items;

    private SegmentList(SegmentSource[] items, int count)
    {
        _items = items;
        Count = count;
    }

    public int Count { get; }

    public SegmentSource this[int segment] => segment < Count
        ? _items[segment]
        : throw new ArgumentOutOfRangeException(nameof(segment));

    /// <summary>A list with one more. Only the newest list may be added to.</summary>
    public SegmentList With(SegmentSource next)
    {
        Invariant.That(next.Identity.Segment == Count, "segments are added in order");
        SegmentSource[] items = _items;
        if (Count == items.Length)
        {
            items = new SegmentSource[Math.Max(4, Count * 2)];
            _items.CopyTo(items, 0);
        }

        // Behind the count of every list that is out: nobody looks there before the new list is published.
        items[Count] = next;
        return new SegmentList(items, Count + 1);
    }

    /// <summary>A list with another source of one segment.</summary>
    public SegmentList Replacing(SegmentSource source)
    {
        Invariant.That(source.Identity.Segment < Count, "what is replaced is there");
        SegmentSource[] items = [.. _items];
        items[source.Identity.Segment] = source;
        return new SegmentList(items, Count);
    }
}
