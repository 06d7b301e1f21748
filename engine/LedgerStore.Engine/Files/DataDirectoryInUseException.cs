// Another process has the data directory open. The server's exit code for it is 4. Immutable: any thread.

namespace LedgerStore.Engine.Files;

/// <summary>Another process holds the lock of the data directory.</summary>
internal sealed class DataDirectoryInUseException(string path, int? processId) : IOException(
    $"'{path}' is locked by {(processId is { } pid ? $"process {pid}" : "another process")}; "
    + "a data directory belongs to one process: stop that one, or use another directory")
{
    public string Path { get; } = path;

    /// <summary>The process that holds the lock, as it wrote it down; null when that could not be read.</summary>
    public int? ProcessId { get; } = processId;
}
