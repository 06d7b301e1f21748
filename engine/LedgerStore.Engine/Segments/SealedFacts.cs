// What is known about a sealed segment without opening its file: it comes from state.log, whose roots were compared
// with signed ones. Immutable: any thread.

using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>A sealed segment and what its file must be.</summary>
/// <param name="Location">The name of its payload's file in the cold store; empty when it has none.</param>
/// <param name="ColdBytes">The length of that file.</param>
internal sealed record SealedFacts(
    SegmentIdentity Identity,
    string Path,
    long FileLength,
    Hash256 Root,
    long FirstMicros,
    long LastMicros,
    SegmentTier Tier = SegmentTier.Hot,
    string Location = "",
    long ColdBytes = 0)
{
    /// <summary>What a ledger's state.log says of a segment: reader and verifier open what this names.</summary>
    /// <param name="moved">The record of the segment's tier, if it has one.</param>
    public static SealedFacts Of(
        StorePaths paths, UInt128 storeId, uint ledgerId, in SealedRecord record, TierRecord? moved)
    {
        SegmentTier tier = moved?.Tier ?? SegmentTier.Hot;
        return new SealedFacts(
            new SegmentIdentity(storeId, ledgerId, record.Segment, record.Generation),
            tier.IsTilesOnly()
                ? paths.Tiles(ledgerId, record.Segment, record.Generation)
                : paths.Segment(ledgerId, record.Segment, record.Generation),
            record.FileBytes,
            record.Root,
            record.FirstMicros,
            record.LastMicros,
            tier,
            moved?.Location ?? string.Empty,
            moved?.ColdBytes ?? 0);
    }
}
