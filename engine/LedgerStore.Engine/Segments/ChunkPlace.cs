// Where one chunk is inside of its block. Immutable: any thread.

using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>A chunk of a block.</summary>
/// <param name="Offset">From the start of the block.</param>
internal readonly record struct ChunkPlace(ChunkRow Row, int Entries, int Offset);
