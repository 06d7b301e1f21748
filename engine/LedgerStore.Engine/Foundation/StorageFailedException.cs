// What every door of a poisoned store throws: the first failure is the cause. Immutable: any thread.

namespace LedgerStore.Engine.Foundation;

/// <summary>The store has stopped, because storage failed or because it found a bug of its own.</summary>
/// <remarks>Whether appends that were under way are on disk is unknown; a restart finds out.</remarks>
internal sealed class StorageFailedException(Exception cause) : Exception(
    "the store has stopped and acknowledges nothing more; whether appends that were under way are stored is unknown."
    + " Check the disk, restart, and send the same batches again with the same sequences. The first failure was: "
    + cause.Message,
    cause);
