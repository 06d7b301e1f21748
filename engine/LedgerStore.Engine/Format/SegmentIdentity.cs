// Which segment of which ledger of which store a file is: the first thing compared, so that a file from elsewhere is
// refused however sound it is. Immutable: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>The identity of one segment file.</summary>
/// <param name="Generation">Counts the files of one segment: recovery and recompression write a new one.</param>
internal readonly record struct SegmentIdentity(UInt128 StoreId, uint LedgerId, long Segment, uint Generation);
