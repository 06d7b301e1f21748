// What was sent and waits for its answer.
// A value.

namespace LedgerStore.Client;

/// <summary>Batches under way, and the records in them.</summary>
internal readonly record struct UnderWay(int Batches, int Records);
