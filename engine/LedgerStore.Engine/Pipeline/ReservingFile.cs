// A file of the ReservingFileSystem. As many threads as the one below it.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Pipeline;

/// <summary>A file whose writes find space as long as the reserve has some for them.</summary>
internal sealed class ReservingFile(IFile below, Reserve reserve) : IFile
{
    public string Path => below.Path;

    public long Length => below.Length;

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            try
            {
                below.Write(offset, bytes);
                return;
            }
            catch (StorageException full) when (full.IsNoSpace && reserve.TryGive(full))
            {
                // What was written of it is written again, the same bytes in the same place.
            }
        }
    }

    public int Read(long offset, Span<byte> bytes) => below.Read(offset, bytes);

    public void Sync() => below.Sync();

    public void SetLength(long length) => below.SetLength(length);

    public void Allocate(long offset, long length) => below.Allocate(offset, length);

    public void Advise(FileAdvice advice, long offset, long length) => below.Advise(advice, offset, length);

    public void Dispose() => below.Dispose();
}
