// SegmentReader: finding an entry by its time. Time never decreases in a ledger, so every level is searched by halves:
// segments, then the rows of one directory, then the entries of one bundle.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Segments;

internal sealed partial class SegmentReader
{
    /// <summary>The first entry of the first bundle that has one of that time or later, as the directories say
    /// it. Where none has, the last bundle's, which may have grown since.</summary>
    public long FindBundleOfTime(long micros)
    {
        SegmentList list = _list;
        int segments = CountWithEntries(list);
        int segment = Search.First(segments, (list, micros), static (of, i) => of.list[i].LastMicros >= of.micros);
        if (segment < segments)
        {
            return new BlockIdentity(ledgerId, segment, FindBundle(segment, list[segment].Entries, micros)).FirstIndex;
        }

        long end = segment == 0 ? 0 : SegmentFormat.FirstIndex(segment - 1) + list[segment - 1].Entries;
        return Math.Max(0, end - 1) / StoreLimits.EntriesPerBundle * StoreLimits.EntriesPerBundle;
    }

    /// <summary>When the first entry of a bundle on the disk was received; also of one that has expired.</summary>
    public long FirstMicrosOf(long bundleIndex)
    {
        int segment = (int)(bundleIndex / StoreLimits.BundlesPerSegment);
        if (!TryEnter(segment, out _, out SegmentAccess access))
        {
            throw Expired.Refusal(bundleIndex);
        }

        try
        {
            return access.Row((int)(bundleIndex % StoreLimits.BundlesPerSegment)).FirstMicros;
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, bundleIndex * StoreLimits.EntriesPerBundle, StoreLimits.EntriesPerBundle);
        }
        finally
        {
            access.Dispose();
        }
    }

    /// <summary>The first bundle of a segment whose last entry is not before the time.</summary>
    private int FindBundle(int segment, int entries, long micros)
    {
        DirectoryRow[] rows =
            new DirectoryRow[(entries + StoreLimits.EntriesPerBundle - 1) / StoreLimits.EntriesPerBundle];
        TryEnter(segment, out _, out SegmentAccess access);
        try
        {
            access.ReadRows(rows);
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, SegmentFormat.FirstIndex(segment), StoreLimits.EntriesPerSegment);
        }
        finally
        {
            access.Dispose();
        }

        return Search.First(rows.Length, (rows, micros), static (of, i) => of.rows[i].LastMicros >= of.micros);
    }

    private static int CountWithEntries(SegmentList list) =>
        list.Count > 0 && list[list.Count - 1].Entries == 0 ? list.Count - 1 : list.Count;
}
