// A file in a cold store as a file that is read from front to back: large pieces are fetched, because every request
// costs. Owned by one thread of a verification, which waits for each piece.
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Verification;

/// <summary>Reads a file of a cold store.</summary>
internal sealed class ColdFile(IColdStore store, string name, long length) : IFile
{
    private const int PieceBytes = 4 * 1024 * 1024;

    private ReadOnlyMemory<byte> _piece;
    private long _start;

    public string Path => name;

    public long Length => length;

    public int Read(long offset, Span<byte> bytes)
    {
        int done = 0;
        while (done < bytes.Length && offset + done < length)
        {
            ReadOnlySpan<byte> piece = PieceAt(offset + done);
            int count = Math.Min(piece.Length, bytes.Length - done);
            if (count == 0)
            {
                break;
            }

            piece[..count].CopyTo(bytes[done..]);
            done += count;
        }

        return done;
    }

    public void Advise(FileAdvice advice, long offset, long length)
    {
        // Nothing to tell anybody.
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => throw ReadOnly();

    public void Sync() => throw ReadOnly();

    public void SetLength(long length) => throw ReadOnly();

    public void Allocate(long offset, long length) => throw ReadOnly();

    public void Dispose() => _piece = default;

    private ReadOnlySpan<byte> PieceAt(long offset)
    {
        if (offset < _start || offset >= _start + _piece.Length)
        {
            int wanted = (int)Math.Min(PieceBytes, length - offset);
            _piece = store.ReadAsync(name, offset, wanted, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            _start = offset;
        }

        return _piece.Span[(int)(offset - _start)..];
    }

    private static NotSupportedException ReadOnly() => new("files of a cold store are only read here");
}
