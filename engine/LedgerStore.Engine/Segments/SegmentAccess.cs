// Reading bytes of one segment file, mapped or not. On the stack of the reader; while it lives, the file stays there.

using System.Buffers;
using LedgerStore.Engine.Files;

namespace LedgerStore.Engine.Segments;

/// <summary>Gives byte ranges of a segment file: a sealed one without a copy, an open one in a pooled buffer.</summary>
internal ref struct SegmentAccess
{
    private readonly IMappedFile? _map;
    private readonly MappedFileLease _lease;
    private readonly FileUse _use;
    private readonly string _path;
    private byte[]? _buffer;

    public SegmentAccess(IMappedFile map, MappedFileLease lease)
    {
        _map = map;
        _lease = lease;
        _path = map.Path;
    }

    public SegmentAccess(FileUse use, string path)
    {
        _use = use;
        _path = path;
    }

    /// <summary>The bytes; they are valid until the next call or Dispose.</summary>
    /// <exception cref="BlockDamagedException">The file is too short, or cannot be read.</exception>
    public ReadOnlySpan<byte> Bytes(long offset, int length)
    {
        ReadOnlySpan<byte> bytes = UpTo(offset, length);
        return bytes.Length == length
            ? bytes
            : throw new BlockDamagedException(_path, offset + bytes.Length, "the file ends here");
    }

    /// <summary>The bytes, or those that the file has.</summary>
    public ReadOnlySpan<byte> UpTo(long offset, int length) =>
        _map is null ? Read(offset, length) : Mapped(_map, offset, length);

    /// <summary>Starts reading a range into memory, without waiting for it.</summary>
    public readonly void WillNeed(long offset, long length)
    {
        if (_map is null)
        {
            _use.File.Advise(FileAdvice.WillNeed, offset, length);
        }
        else
        {
            _map.Advise(FileAdvice.WillNeed, offset, Math.Min(length, _map.Length - offset));
        }
    }

    public void Dispose()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        if (_map is null)
        {
            _use.Dispose();
        }
        else
        {
            _lease.Dispose();
        }
    }

    private readonly ReadOnlySpan<byte> Mapped(IMappedFile map, long offset, int length)
    {
        length = (int)Math.Clamp(map.Length - offset, 0, length);

        // Populate right before touching: a page that cannot be read is an error here and would be the end of the
        // process there. The window between the two is documented in docs/FORMAT.md.
        return map.TryPopulate(offset, length, out StorageException? error)
            ? map.Span(offset, length)
            : throw new BlockDamagedException(_path, offset, "this part of the file cannot be read", error!);
    }

    private ReadOnlySpan<byte> Read(long offset, int length)
    {
        if (_buffer is null || _buffer.Length < length)
        {
            if (_buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        try
        {
            return _buffer.AsSpan(0, _use.File.Read(offset, _buffer.AsSpan(0, length)));
        }
        catch (StorageException cause)
        {
            throw new BlockDamagedException(_path, offset, "this part of the file cannot be read", cause);
        }
    }
}
