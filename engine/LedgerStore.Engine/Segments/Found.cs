// What a look for entries found. A refusal (they have expired, they are damaged) is an exception and none of these.
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>Where entries are.</summary>
internal enum Found
{
    /// <summary>No block has them.</summary>
    Nowhere,

    /// <summary>They were read.</summary>
    Here,

    /// <summary>They are in the cold store: the caller decides whether he waits for it.</summary>
    Cold,
}

/// <summary>A bundle whose block has no payload here, as one look at its segment found it.</summary>
/// <param name="Stamp">That of the cache before the segment was looked up.</param>
internal sealed record ColdBundle(BlockIdentity Bundle, SegmentSource Segment, BlockHeader Header, long Stamp)
{
    /// <summary>The block without its payload: header, chunk table, tile.</summary>
    public byte[] Block { get; init; } = [];

    /// <summary>Where the block with its payload is in the cold file.</summary>
    public long Offset { get; init; }

    /// <summary>The name of the cold file; empty when the segment has none.</summary>
    public string Location =>
        Segment is SealedSegment { Facts: { Tier: SegmentTier.Cold } facts } ? facts.Location : string.Empty;
}
