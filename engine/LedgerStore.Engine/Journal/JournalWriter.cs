// Puts frames into the journal, one after the other, and makes them durable.
// Owned by the sequencer thread; recovery uses it before that thread runs.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>The end of the journal: where the next frame goes.</summary>
internal sealed class JournalWriter(JournalPool pool, long lastFrame, long lastMicros) : IDisposable
{
    private JournalFile? _current;
    private long _offset;
    private long _flushedThrough = lastFrame;
    private long _sealedFlushedThrough = lastFrame;
    private long _durableFlushedThrough = lastFrame;

    /// <summary>The last frame whose sync succeeded.</summary>
    public long LastDurable { get; private set; } = lastFrame;

    /// <summary>Frames up to this one are safe in the ledgers' files. Set by the flusher, written with each
    /// frame.</summary>
    public long FlushedThrough
    {
        get => Interlocked.Read(ref _flushedThrough);
        set => Interlocked.Exchange(ref _flushedThrough, value);
    }

    /// <summary>The newest stamp that any frame carried; every frame says it, so that time never goes back.</summary>
    public long LastMicros { get; private set; } = lastMicros;

    /// <summary>What a durable frame says of FlushedThrough: files up to it may be used again.</summary>
    public long DurableFlushedThrough => Interlocked.Read(ref _durableFlushedThrough);

    public long CurrentFileNumber => _current?.Number ?? 0;

    /// <summary>Bytes written since the process began, for metrics.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Makes room for a frame of this size, going on to the next file where it does not fit.</summary>
    /// <remarks>An empty frame always fits: the last page of a file is kept for it. It is how the journal can go on
    /// when every other file has to be freed first.</remarks>
    public JournalFile Place(int storedBytes)
    {
        long end = storedBytes == FrameHeader.Alignment ? pool.FileBytes : pool.FileBytes - FrameHeader.Alignment;
        Invariant.That(storedBytes <= end - JournalFileHeader.PageBytes, "a frame fits a journal file");
        if (_current is null || _offset + storedBytes > end)
        {
            _current = pool.TakeNext(_current);
            _offset = JournalFileHeader.PageBytes;
        }

        return _current;
    }

    /// <summary>Seals the frame's header in place.</summary>
    /// <param name="frame">The whole frame: room for the header, the body, zeros to the alignment.</param>
    /// <returns>The checksum of the body.</returns>
    public uint Seal(Span<byte> frame, long number, int bodyBytes, int sections, long newestMicros, FrameKind kind)
    {
        Invariant.That(number == LastDurable + 1, "one frame is under way at a time");
        _sealedFlushedThrough = FlushedThrough;
        LastMicros = Math.Max(LastMicros, newestMicros);
        uint bodyCrc = Crc32C.Compute(frame.Slice(FrameHeader.Bytes, bodyBytes));
        new FrameHeader(
            _current!.Nonce,
            number,
            LastDurable,
            _sealedFlushedThrough,
            bodyBytes,
            sections,
            bodyCrc,
            LastMicros,
            kind).Write(frame);
        return bodyCrc;
    }

    /// <summary>Writes the frame at the end of the journal. Throws on a full disk and may be called again
    /// then.</summary>
    public void Write(ReadOnlySpan<byte> frame)
    {
        _current!.File.Write(_offset, frame);
        WrittenBytes += frame.Length;
    }

    /// <summary>Makes the written frame durable: from here on it may be acknowledged. Never called again if it
    /// throws.</summary>
    public void Sync(long number, int storedBytes)
    {
        _current!.File.Sync();
        _current.NoteFrame(number);
        _offset += storedBytes;
        LastDurable = number;
        Interlocked.Exchange(ref _durableFlushedThrough, _sealedFlushedThrough);
    }

    /// <summary>Writes, without a sync, an idle frame where the next one will go.</summary>
    /// <remarks>
    /// It says that the frame before it is durable. Without it the last acknowledged frame could not be told from a
    /// torn one if somebody damaged it while the store was down. The next frame overwrites it. Best effort: it is left
    /// out where the file has no page for it.
    /// </remarks>
    public void WriteIdleFrame(Span<byte> page)
    {
        if (_current is not null && _offset + page.Length <= pool.FileBytes)
        {
            Seal(page, LastDurable + 1, bodyBytes: 0, sections: 0, newestMicros: 0, FrameKind.Idle);
            Write(page);
        }
    }

    public void Dispose() => _current?.Dispose();
}
