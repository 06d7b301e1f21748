// What a file is opened for. A value: any thread.

namespace LedgerStore.Engine.Files;

/// <summary>What a handle is for.</summary>
internal enum FileAccessMode
{
    ReadOnly,
    ReadWrite,
}
