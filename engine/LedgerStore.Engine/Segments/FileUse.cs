// One use of a pooled file. On the stack of the thread that uses it.

using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Segments;

/// <summary>Keeps a pooled file open until it is disposed, which must happen once.</summary>
internal readonly ref struct FileUse
{
    private readonly PooledFile _pooled;

    internal FileUse(IFile file, PooledFile pooled)
    {
        File = file;
        _pooled = pooled;
    }

    public IFile File { get; }

    public void Dispose() => _pooled.Leave();
}
