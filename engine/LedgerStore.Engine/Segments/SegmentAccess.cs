// Reading one segment file, mapped or not. On the stack of the reader; while it lives, the file stays there.

using System.Buffers;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>Gives byte ranges of a segment file: a sealed one without a copy, an open one in a pooled buffer.</summary>
internal ref struct SegmentAccess
{
    private readonly MappedSegment? _mapped;
    private readonly MappedFileLease _lease;
    private readonly OpenSegment? _open;
    private readonly FileUse _use;
    private byte[]? _buffer;

    public SegmentAccess(MappedSegment mapped, MappedFileLease lease)
    {
        _mapped = mapped;
        _lease = lease;
    }

    public SegmentAccess(OpenSegment open, FileUse use)
    {
        _open = open;
        _use = use;
    }

    /// <summary>The mapped file; null for an open segment.</summary>
    public readonly MappedSegment? Mapped => _mapped;

    private readonly string Path => _mapped is null ? _open!.Path : _mapped.Map.Path;

    /// <summary>Finds the newest block of a bundle.</summary>
    public readonly bool TryFind(int bundle, out BlockPlace place)
    {
        if (_mapped is not null)
        {
            place = _mapped.Find(bundle);
            return true;
        }

        bool found = _open!.TryFindRow(bundle, out DirectoryRow row);
        place = found ? new BlockPlace(_open.Path, row.Offset, row.StoredBytes) : default;
        return found;
    }

    /// <summary>The directory's row of a bundle that has a block.</summary>
    public readonly DirectoryRow Row(int bundle) => _mapped is not null
        ? _mapped.ReadRow(bundle)
        : _open!.TryFindRow(bundle, out DirectoryRow row)
            ? row
            : throw new ArgumentOutOfRangeException(nameof(bundle));

    /// <summary>The first rows of the directory, which has as many.</summary>
    public readonly void ReadRows(Span<DirectoryRow> rows)
    {
        if (_mapped is not null)
        {
            _mapped.ReadRows(rows);
            return;
        }

        for (int bundle = 0; bundle < rows.Length; bundle++)
        {
            rows[bundle] = Row(bundle);
        }
    }

    /// <summary>The bytes; they are valid until the next call or Dispose.</summary>
    /// <exception cref="BlockDamagedException">The file is too short, or cannot be read.</exception>
    public ReadOnlySpan<byte> Bytes(long offset, int length)
    {
        ReadOnlySpan<byte> bytes = UpTo(offset, length);
        return bytes.Length == length
            ? bytes
            : throw new BlockDamagedException(Path, offset + bytes.Length, "the file ends here");
    }

    /// <summary>The bytes, or those of them that the file has.</summary>
    public ReadOnlySpan<byte> UpTo(long offset, int length) =>
        _mapped is null ? Read(offset, length) : _mapped.UpTo(offset, length);

    /// <summary>Starts reading a range into memory, without waiting for it.</summary>
    public readonly void WillNeed(long offset, long length)
    {
        if (_mapped is null)
        {
            _use.File.Advise(FileAdvice.WillNeed, offset, length);
            return;
        }

        length = Math.Min(length, _mapped.Map.Length - offset);
        if (length > 0)
        {
            _mapped.Map.Advise(FileAdvice.WillNeed, offset, length);
        }
    }

    public void Dispose()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        if (_mapped is null)
        {
            _use.Dispose();
        }
        else
        {
            _lease.Dispose();
        }
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
            throw new BlockDamagedException(Path, offset, "this part of the file cannot be read", cause);
        }
    }
}
