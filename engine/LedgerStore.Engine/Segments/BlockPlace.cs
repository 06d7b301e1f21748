// Where a block is, carried along so that an error can name it. Immutable: any thread.

namespace LedgerStore.Engine.Segments;

/// <summary>The place of a block on disk.</summary>
/// <param name="Length">The whole block as its directory says; 0 when only its header can tell.</param>
internal readonly record struct BlockPlace(string File, long Offset, int Length);
