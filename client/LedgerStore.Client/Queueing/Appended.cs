// Where records went.
// Immutable values; any thread.

namespace LedgerStore.Client;

/// <summary>A stored record.</summary>
/// <param name="Index">Its place in the ledger.</param>
/// <param name="Received">The time the store gave it.</param>
/// <param name="Sequence">Its number among the producer's records, from 1; 0 without a producer.</param>
public readonly record struct Appended(ulong Index, DateTimeOffset Received, ulong Sequence);

/// <summary>A stored batch: all of it, at consecutive indexes.</summary>
/// <param name="FirstIndex">The place of its first record in the ledger.</param>
/// <param name="Count">How many records it has.</param>
/// <param name="Received">The time the store gave it.</param>
/// <param name="FirstSequence">The number of its first record among the producer's, from 1; 0 without one.</param>
/// <param name="Checkpoint">The signed note that covers it, with <c>Ack.Checkpointed</c>; otherwise empty.</param>
public readonly record struct AppendedBatch(
    ulong FirstIndex, int Count, DateTimeOffset Received, ulong FirstSequence, ReadOnlyMemory<byte> Checkpoint);
