// Which bundle a block must be: compared with its header, so that a block that was moved from another ledger, segment
// or position is refused however sound it is. Immutable: any thread.


namespace LedgerStore.Engine.Format;

/// <summary>The address of one bundle.</summary>
/// <param name="Bundle">Its number in the segment, 0 to 255.</param>
internal readonly record struct BlockIdentity(uint LedgerId, long Segment, int Bundle)
{
    /// <summary>The index of the bundle's first entry.</summary>
    public long FirstIndex => SegmentFormat.FirstIndex(Segment) + ((long)Bundle * StoreLimits.EntriesPerBundle);

    /// <summary>The bundle's number in the ledger.</summary>
    public long BundleIndex => (Segment * StoreLimits.BundlesPerSegment) + Bundle;

    /// <param name="bundleIndex">The bundle's number in the ledger.</param>
    public static BlockIdentity Of(uint ledgerId, long bundleIndex) => new(
        ledgerId,
        bundleIndex / StoreLimits.BundlesPerSegment,
        (int)(bundleIndex % StoreLimits.BundlesPerSegment));
}
