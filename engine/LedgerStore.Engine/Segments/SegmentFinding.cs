// What a verifier found wrong in a segment, and the root that it computed. Immutable: any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>The first thing that contradicts the segment's root or its own checksums.</summary>
/// <param name="FirstIndex">Of the range that it affects: one entry, a bundle, or the segment.</param>
/// <param name="Offset">Where in the file.</param>
/// <param name="Evidence">The values that contradict each other.</param>
internal sealed record SegmentFinding(long FirstIndex, long Count, long Offset, string Evidence);

/// <summary>The result of verifying a segment file.</summary>
/// <param name="Root">The root over the bundles that were recomputed; only with no finding is it the segment's.</param>
/// <param name="Entries">Entries that were recomputed.</param>
/// <param name="Finding">Null when everything in the file follows from its entries, up to the expected root.</param>
internal sealed record SegmentVerdict(Hash256 Root, long Entries, SegmentFinding? Finding);
