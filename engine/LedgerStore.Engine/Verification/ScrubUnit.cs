// One segment that is to be scrubbed, and a list of them with a place in it. Of the scrubber's thread.
using System.Runtime.InteropServices;

namespace LedgerStore.Engine.Verification;

/// <summary>The unit of scrubbing.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScrubUnit(uint LedgerId, long Segment, long Bytes, long LastMicros);

/// <summary>Units in the order in which they are done.</summary>
internal sealed class ScrubUnits(List<ScrubUnit> units)
{
    private int _next;

    public long BytesTotal { get; } = units.Sum(unit => unit.Bytes);

    public long BytesDone { get; private set; }

    public bool IsDone => _next == units.Count;

    public ScrubUnit Take()
    {
        ScrubUnit unit = units[_next++];
        BytesDone += unit.Bytes;
        return unit;
    }

    /// <summary>The newest units, as many as make up a share of all bytes; at least one.</summary>
    public static ScrubUnits Newest(List<ScrubUnit> all, double share)
    {
        double left = all.Sum(unit => unit.Bytes) * share;
        List<ScrubUnit> newest = [];
        foreach (ScrubUnit unit in all.OrderByDescending(unit => unit.LastMicros))
        {
            if (left <= 0)
            {
                break;
            }

            newest.Add(unit);
            left -= unit.Bytes;
        }

        return new ScrubUnits(newest);
    }

    /// <summary>All of them, beginning anywhere: a store that is restarted every day must not begin with the same
    /// ones every day.</summary>
    public static ScrubUnits From(List<ScrubUnit> all, int start) => new([.. all.Skip(start), .. all.Take(start)]);
}
