// SegmentReader: finding an entry by its time. Time never decreases in a ledger, so every level is searched by halves:
// segments, then the rows of one directory, then the entries of one bundle.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

internal sealed partial class SegmentReader
{
    /// <summary>The first entry of the first bundle that has one of that time or later, as the directories say
    /// it. Where none has, the last bundle's, which may have grown since.</summary>
    public long FindBundleOfTime(long micros)
    {
        SegmentList list = _list;
        int segments = CountWithEntries(list);
        int segment = FirstNotBefore(new SegmentTimes(list), segments, micros);
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
        int low = 0;
        int high = (entries + StoreLimits.EntriesPerBundle - 1) / StoreLimits.EntriesPerBundle;
        TryEnter(segment, out _, out SegmentAccess access);
        try
        {
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (access.Row(middle).LastMicros < micros)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
        catch (BlockDamagedException damage)
        {
            throw Lost(damage, SegmentFormat.FirstIndex(segment), StoreLimits.EntriesPerSegment);
        }
        finally
        {
            access.Dispose();
        }
    }

    private static int CountWithEntries(SegmentList list) =>
        list.Count > 0 && list[list.Count - 1].Entries == 0 ? list.Count - 1 : list.Count;

    private static int FirstNotBefore<TTimes>(TTimes times, int count, long micros)
        where TTimes : struct, ITimes
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (times.LastMicros(middle) < micros)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The times of a sequence; they do not decrease.</summary>
    private interface ITimes
    {
        long LastMicros(int item);
    }

    private readonly struct SegmentTimes(SegmentList list) : ITimes
    {
        public long LastMicros(int item) => list[item].LastMicros;
    }
}
