// The small words of the file interface. Values: any thread.

namespace LedgerStore.Engine.Files;

/// <summary>What a handle is for.</summary>
internal enum FileAccessMode
{
    ReadOnly,
    ReadWrite,
}

/// <summary>What the kernel may expect. Hints never fail and never change what is read.</summary>
internal enum FileAdvice
{
    /// <summary>Read-ahead may be large.</summary>
    Sequential,

    /// <summary>Read-ahead wastes memory.</summary>
    Random,

    /// <summary>Start reading this range now.</summary>
    WillNeed,

    /// <summary>The page cache may drop this range.</summary>
    DontNeed,
}

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
