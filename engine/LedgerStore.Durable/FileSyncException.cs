// A sync that failed, apart from all other failures of input and output: a second one would report success although the
// bytes are lost. Immutable.

namespace LedgerStore.Durable;

/// <summary>What was written may not be on the disk, and no later sync can say that it is.</summary>
internal sealed class FileSyncException(string message) : IOException(message);
