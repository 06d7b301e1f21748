// Which blocks an open segment has, and where. Written by the segment's one writer, read by any thread: rows are
// immutable objects that are swapped, so a reader sees a block's row whole or not at all.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Segments;

/// <summary>The rows of the newest block of each bundle.</summary>
internal sealed class BlockTable
{
    // Grows as blocks come: most of 100,000 idle ledgers have a few.
    private Row[] _rows = [];
    private int _count;

    /// <summary>Bundles that have a block; only the last can be partial.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bundles with a full block: the first ones, without a gap.</summary>
    public int FullCount => Count is var count and > 0 && Last(count).Entries < StoreLimits.EntriesPerBundle
        ? count - 1
        : Count;

    /// <summary>Entries in the newest blocks.</summary>
    public int Entries => Count is var count and > 0
        ? ((count - 1) * StoreLimits.EntriesPerBundle) + Last(count).Entries
        : 0;

    /// <summary>Whether a block can come next: the next bundle's, or a longer one of a partial bundle.</summary>
    public bool CanPlace(int bundle, int entries)
    {
        int full = FullCount;
        return bundle == full && (full == _count || entries > Last(_count).Entries);
    }

    /// <summary>Puts in the row of the next or superseding block. Only the writer calls it.</summary>
    public void Place(int bundle, in DirectoryRow row)
    {
        Invariant.That(CanPlace(bundle, row.Entries), "blocks come in order, and a later one holds more");
        if (bundle == _rows.Length)
        {
            // Readers go on with the array that they have: its rows stay true.
            Row[] rows = new Row[Math.Clamp(bundle * 2, 4, StoreLimits.BundlesPerSegment)];
            _rows.CopyTo(rows, 0);
            Volatile.Write(ref _rows, rows);
        }

        // The row before the count: who sees the count finds the row.
        Volatile.Write(ref _rows[bundle], new Row(row));
        Volatile.Write(ref _count, Math.Max(_count, bundle + 1));
    }

    public bool TryFind(int bundle, out DirectoryRow row)
    {
        if ((uint)bundle >= (uint)Count)
        {
            row = default;
            return false;
        }

        row = Volatile.Read(ref Volatile.Read(ref _rows)[bundle]).Value;
        return true;
    }

    private DirectoryRow Last(int count) => Volatile.Read(ref Volatile.Read(ref _rows)[count - 1]).Value;

    private sealed class Row(DirectoryRow value)
    {
        public readonly DirectoryRow Value = value;
    }
}
