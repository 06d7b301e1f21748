// A checkpoint as everybody may see it. Immutable, any thread.
using LedgerStore.Proofs;

namespace LedgerStore.Engine;

/// <summary>A signed checkpoint that is durable and published.</summary>
/// <param name="Size">How many entries it covers: all of them are durable.</param>
/// <param name="Root">The root of their tree.</param>
/// <param name="Note">The signed note, as it is served (C2SP tlog-checkpoint).</param>
public sealed record PublishedCheckpoint(long Size, Hash256 Root, ReadOnlyMemory<byte> Note);
