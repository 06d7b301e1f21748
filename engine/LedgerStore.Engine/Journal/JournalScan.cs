// Reads a journal as a crash or a clean close left it, and says what is there. It judges nothing and writes nothing:
// what the facts mean is the recovery table's business.
// Used by one thread, before the store runs; also by offline verification.
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>A frame whose header and body are right.</summary>
internal readonly record struct FoundFrame(int FileIndex, long Offset, FrameHeader Header);

/// <summary>A header of ours whose body is wrong: torn by a crash, or damaged later.</summary>
internal readonly record struct BrokenFrame(int FileIndex, long Offset, FrameHeader Header);

/// <summary>One journal file that was read.</summary>
internal sealed record ScannedFile(string Path, long Number, ulong Nonce);

/// <summary>What a journal holds, newest facts only as far back as anything is still needed.</summary>
internal sealed class JournalFacts
{
    /// <summary>The files that were read, oldest first.</summary>
    public List<ScannedFile> Files { get; } = [];

    /// <summary>All sound frames in those files, in file order, then offset order.</summary>
    public List<FoundFrame> Frames { get; } = [];

    public List<BrokenFrame> Broken { get; } = [];

    /// <summary>The highest frame that any sound frame calls durable; 0 when there is none.</summary>
    public long LastDurable { get; set; }

    /// <summary>Frames up to this one are not needed any more; 0 when no frame says so.</summary>
    public long FlushedThrough { get; set; }

    /// <summary>The newest stamp that any sound frame knows; 0 when there is none.</summary>
    public long LastMicros { get; set; }

    /// <summary>Names of all journal files, also those too old to be read.</summary>
    public List<string> JournalNames { get; } = [];

    public List<string> SpareNames { get; } = [];

    /// <summary>The highest file number in use; 0 when there is none.</summary>
    public long LastFileNumber { get; set; }

    /// <summary>Journal files whose first page is not what their name and size demand, with the reason.</summary>
    public List<string> Damaged { get; } = [];

    /// <summary>Bytes that had to be read.</summary>
    public long ReadBytes { get; set; }
}

/// <summary>Walks the journal from its newest file backwards, until older frames are not needed.</summary>
internal sealed class JournalScan(IFileSystem files, string directory, UInt128 storeId)
{
    private readonly JournalFacts _facts = new();

    public JournalFacts Run()
    {
        foreach (string name in files.List(directory))
        {
            if (JournalNames.TryParse(name, out long number))
            {
                _facts.JournalNames.Add(name);
                _facts.LastFileNumber = Math.Max(_facts.LastFileNumber, number);
            }
            else if (JournalNames.IsSpare(name))
            {
                _facts.SpareNames.Add(name);
            }
        }

        // Newest first: its frames say which older ones are still needed.
        long flushedThrough = -1;
        for (int i = _facts.JournalNames.Count - 1; i >= 0; i--)
        {
            (long first, long flushed) = ReadFile(_facts.JournalNames[i]);
            flushedThrough = Math.Max(flushedThrough, flushed);
            if (flushedThrough >= 0 && first <= flushedThrough + 1)
            {
                break;
            }
        }

        _facts.FlushedThrough = Math.Max(flushedThrough, 0);
        PutOldestFirst();
        return _facts;
    }

    /// <summary>Reads one file's frames into the facts.</summary>
    /// <returns>Its lowest frame number (MaxValue: none) and the highest FlushedThrough (-1: none).</returns>
    private (long FirstFrame, long FlushedThrough) ReadFile(string name)
    {
        string path = Path.Combine(directory, name);
        using IFile file = files.Open(path, FileAccessMode.ReadOnly);
        if (!TryReadHeader(file, name, out JournalFileHeader header))
        {
            return (long.MaxValue, -1);
        }

        int index = _facts.Files.Count;
        _facts.Files.Add(new ScannedFile(path, header.FileNumber, header.Nonce));
        using var window = new FrameWindow(file, header.FileBytes);
        long first = long.MaxValue;
        long flushed = -1;
        long offset = JournalFileHeader.PageBytes;
        while (offset + FrameHeader.Bytes <= header.FileBytes)
        {
            if (!FrameHeader.TryRead(window.Read(offset, FrameHeader.Bytes), header.Nonce, out FrameHeader frame))
            {
                // Not a frame. Behind a torn one there may be a whole one, at any later page.
                offset += FrameHeader.Alignment;
                continue;
            }

            if (!IsBodySound(window, offset, frame, header.FileBytes))
            {
                _facts.Broken.Add(new BrokenFrame(index, offset, frame));
                offset += FrameHeader.Alignment;
                continue;
            }

            _facts.LastDurable = Math.Max(_facts.LastDurable, frame.LastDurable);
            _facts.LastMicros = Math.Max(_facts.LastMicros, frame.LastMicros);
            if (frame.Kind == FrameKind.Idle)
            {
                offset += FrameHeader.Alignment;
                continue;
            }

            _facts.Frames.Add(new FoundFrame(index, offset, frame));
            first = Math.Min(first, frame.Number);
            flushed = Math.Max(flushed, frame.FlushedThrough);
            offset += frame.StoredBytes;
        }

        _facts.ReadBytes += header.FileBytes;
        return (first, flushed);
    }

    private static bool IsBodySound(FrameWindow window, long offset, FrameHeader frame, long fileBytes)
    {
        if (offset + frame.StoredBytes > fileBytes)
        {
            return false;
        }

        uint crc = 0;
        long position = offset + FrameHeader.Bytes;
        for (int left = frame.BodyBytes; left > 0;)
        {
            int take = Math.Min(left, FrameWindow.ReadBytesMax);
            crc = Crc32C.Append(crc, window.Read(position, take));
            position += take;
            left -= take;
        }

        return crc == frame.BodyCrc;
    }

    private bool TryReadHeader(IFile file, string name, out JournalFileHeader header)
    {
        Span<byte> page = stackalloc byte[JournalFileHeader.Bytes];
        int read = file.Read(0, page);
        if (!JournalFileHeader.TryRead(page[..read], out header) || !JournalNames.TryParse(name, out long number))
        {
            _facts.Damaged.Add($"{file.Path}: its first page is not that of a journal file");
            return false;
        }

        string? wrong = header.StoreId != storeId ? "it belongs to another store"
            : header.FileNumber != number ? $"its first page says that it is file {header.FileNumber}"
            : header.FileBytes != file.Length ? $"it has {file.Length:N0} bytes instead of {header.FileBytes:N0}"
            : null;
        if (wrong is not null)
        {
            _facts.Damaged.Add($"{file.Path}: {wrong}");
        }

        return wrong is null;
    }

    private void PutOldestFirst()
    {
        int last = _facts.Files.Count - 1;
        _facts.Files.Reverse();
        List<FoundFrame> frames =
        [
            .. _facts.Frames.Select(f => f with { FileIndex = last - f.FileIndex })
                .OrderBy(f => f.FileIndex).ThenBy(f => f.Offset),
        ];
        _facts.Frames.Clear();
        _facts.Frames.AddRange(frames);
        List<BrokenFrame> broken = [.. _facts.Broken.Select(f => f with { FileIndex = last - f.FileIndex })];
        _facts.Broken.Clear();
        _facts.Broken.AddRange(broken);
    }

    /// <summary>A sliding window over a file.</summary>
    private sealed class FrameWindow(IFile file, long fileBytes) : IDisposable
    {
        /// <summary>The most that one Read may ask for.</summary>
        public const int ReadBytesMax = 512 * 1024;
        private const int WindowBytes = 1024 * 1024;

        private readonly PinnedBuffer _buffer =
            PinnedBuffer.Allocate((int)Math.Min(WindowBytes, Math.Max(fileBytes, 1)));
        private long _start;
        private int _length;

        /// <summary>The bytes at the offset; fewer at the end of the file. Valid until the next call.</summary>
        public ReadOnlySpan<byte> Read(long offset, int count)
        {
            Invariant.That(count <= ReadBytesMax, "a window read is bounded");
            if (offset < _start || offset + count > _start + _length)
            {
                _start = offset;
                _length = file.Read(offset, _buffer.Span);
            }

            int from = (int)(offset - _start);
            return _buffer.Span.Slice(from, Math.Clamp(_length - from, 0, count));
        }

        public void Dispose() => _buffer.Dispose();
    }
}
