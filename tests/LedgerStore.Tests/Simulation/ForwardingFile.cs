// A file that passes every call on: planted faults change one method of it.
// As many threads as the one below it.
using LedgerStore.Engine.Files;

namespace LedgerStore.Tests.Simulation;

/// <summary>Passes everything on.</summary>
internal abstract class ForwardingFile(IFile below) : IFile
{
    public string Path => below.Path;

    public long Length => below.Length;

    public virtual void Write(long offset, ReadOnlySpan<byte> bytes) => below.Write(offset, bytes);

    public virtual int Read(long offset, Span<byte> bytes) => below.Read(offset, bytes);

    public virtual void Sync() => below.Sync();

    public virtual void SetLength(long length) => below.SetLength(length);

    public virtual void Allocate(long offset, long length) => below.Allocate(offset, length);

    public virtual void Advise(FileAdvice advice, long offset, long length) => below.Advise(advice, offset, length);

    public void Dispose() => below.Dispose();
}
