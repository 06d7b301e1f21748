// What a running store's scrubber has done. A value.
namespace LedgerStore.Engine;

/// <summary>Counted since the store was opened.</summary>
/// <param name="Rounds">Through all segments of the store.</param>
/// <param name="WithheldRanges">Ranges of entries that readers are refused because of what was found.</param>
public readonly record struct ScrubStatus(long Entries, long Bytes, long Findings, long Rounds, int WithheldRanges);
