// What a decision about a segment needs to know. Immutable: any thread.

using System.Runtime.InteropServices;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Tiering;

/// <summary>A segment, complete or not.</summary>
/// <param name="Entries">In full bundles.</param>
/// <param name="Bundles">Null: it is decided about as a whole.</param>
internal sealed record SegmentFact(
    long Segment,
    bool IsComplete,
    long Entries,
    long LastMicros,
    long StoredBytes,
    SegmentTier Tier,
    IReadOnlyList<BundleFact>? Bundles)
{
    public long First => SegmentFormat.FirstIndex(Segment);

    public long End => First + Entries;
}

/// <summary>A full bundle.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BundleFact(long LastMicros, long StoredBytes);
