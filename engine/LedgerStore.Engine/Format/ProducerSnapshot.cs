// One producer of a ledger as state.log keeps it: its name, its last sequence, its remembered batches.
// Immutable: any thread.

namespace LedgerStore.Engine.Format;

/// <summary>A producer at one moment. A newer snapshot of the same producer replaces an older one.</summary>
/// <param name="Identity">UTF-8: who the producer belongs to.</param>
/// <param name="Producer">UTF-8: its name.</param>
/// <param name="LastSequence">Never forgotten; at least 1.</param>
/// <param name="Batches">Consecutive, oldest first, at most 64; the last one ends at the last sequence.</param>
internal sealed record ProducerSnapshot(byte[] Identity, byte[] Producer, long LastSequence, BatchAnswer[] Batches);
