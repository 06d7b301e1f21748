// The calls of the file system, as errors name them. A value: any thread.

namespace LedgerStore.Engine.Files;

/// <summary>The call that failed: the poison rule looks at it (a failed sync always poisons).</summary>
internal enum StorageOperation
{
    Create,
    Open,
    Read,
    Write,
    Sync,
    SetLength,
    Allocate,
    Map,
    Populate,
    Lock,
    CreateDirectory,
    SyncDirectory,
    SyncFileSystem,
    Rename,
    Delete,
    ChangeMode,
    Stat,
    List,
    FreeBytes,
}
