// What a verifier found wrong in a segment, and the root that it computed. Immutable: any thread.

using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>The first thing that contradicts the segment's root or its own checksums.</summary>
/// <param name="FirstIndex">Of the range that it affects: one entry, a bundle, or the segment.</param>
/// <param name="Offset">Where in the file.</param>
/// <param name="Evidence">The values that contradict each other.</param>
internal sealed record SegmentFinding(long FirstIndex, long Count, long Offset, string Evidence, SegmentFault Fault);

/// <summary>The result of verifying a segment file.</summary>
/// <param name="Root">The root of the entries as they are; default when some could not be decoded.</param>
/// <param name="ClaimedRoot">The root that the level-1 tile of the file has; default when it could not be read.</param>
/// <param name="Entries">Entries that were recomputed: all before the first that could not be.</param>
/// <param name="Finding">Null when everything in the file follows from its entries, up to the expected root.</param>
internal sealed record SegmentVerdict(Hash256 Root, Hash256 ClaimedRoot, long Entries, SegmentFinding? Finding);

/// <summary>What kind of wrong it is.</summary>
internal enum SegmentFault
{
    /// <summary>There are no entries to hash: bytes are missing, damaged, or belong elsewhere.</summary>
    Unreadable,

    /// <summary>The entries are readable, and their hashes are not what is committed to.</summary>
    Changed,

    /// <summary>The entries agree with what is above them; what can be made again from them (a tile, a directory, a
    /// time) does not.</summary>
    Derived,

    /// <summary>Their payload is not in the file, and nothing signed says why.</summary>
    Unconfirmed,
}
