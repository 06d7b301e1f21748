// One group commit in memory: room for a frame's header, then sections. Filled under the gate's lock, then sealed and
// written by the sequencer while the bundler reads it, then used again.
// Owned by the gate, then by the sequencer and the bundler together, then by the gate again: never by two writers.
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Pipeline;

/// <summary>A pinned buffer that holds one journal frame and the operations that wait for it.</summary>
internal sealed class AppendBuffer(int capacity) : IDisposable
{
    // Kept free of batches: under full load every frame still takes the checkpoints that are to be published.
    private const int CheckpointBytesMax = 64 * 1024;

    private readonly PinnedBuffer _memory = PinnedBuffer.Allocate(FrameHeader.AlignUp(capacity));
    private readonly List<AppendOperation> _operations = [];
    private int _used = FrameHeader.Bytes;
    private int _owners;

    /// <summary>What one section may take at most: what fits an empty buffer.</summary>
    public int SectionBytesMax => _memory.Length - FrameHeader.Bytes - CheckpointBytes;

    public long FrameNumber { get; private set; }

    /// <summary>The journal file that holds the frame; set by the sequencer before the bundler sees the
    /// buffer.</summary>
    public long FileNumber { get; set; }

    /// <summary>The checksum that the frame's header has of its body; set like FileNumber.</summary>
    public uint BodyCrc { get; set; }

    public int Sections { get; private set; }

    /// <summary>Entries of all its batches, for metrics.</summary>
    public int Entries { get; private set; }

    /// <summary>The stamp of its newest entries.</summary>
    public long LastMicros { get; private set; }

    public List<AppendOperation> Operations => _operations;

    public bool IsEmpty => Sections == 0;

    public int BodyBytes => _used - FrameHeader.Bytes;

    public ReadOnlySpan<byte> Body => _memory.Span.Slice(FrameHeader.Bytes, BodyBytes);

    private int CheckpointBytes => Math.Min(CheckpointBytesMax, _memory.Length / 8);

    /// <summary>Whether a batch's section fits.</summary>
    public bool HasRoomFor(int storedBytes) => storedBytes <= _memory.Length - _used - CheckpointBytes;

    /// <summary>Whether a checkpoint's section fits: it may use what is kept free of batches.</summary>
    public bool HasRoomForCheckpoint(int storedBytes) => storedBytes <= _memory.Length - _used;

    /// <summary>Makes an unused buffer the frame with this number.</summary>
    public void Begin(long frameNumber)
    {
        Invariant.That(Volatile.Read(ref _owners) == 0, "a buffer is used again only when everybody is done with it");
        FrameNumber = frameNumber;
        FileNumber = 0;
        Sections = 0;
        Entries = 0;
        LastMicros = 0;
        _used = FrameHeader.Bytes;
        _operations.Clear();
    }

    /// <summary>Takes room for one section and gives it to the caller to fill. Zeroed behind its content.</summary>
    public Span<byte> Reserve(int contentBytes)
    {
        int stored = SectionHeader.StoredBytesOf(contentBytes);
        Invariant.That(HasRoomForCheckpoint(stored), "room is checked before it is reserved");
        Span<byte> section = _memory.Span.Slice(_used, stored);
        section[(SectionHeader.Bytes + contentBytes)..].Clear();
        _used += stored;
        Sections++;
        return section;
    }

    public void Add(AppendOperation operation)
    {
        _operations.Add(operation);
        Entries += operation.Count;
        LastMicros = operation.ReceivedMicros;
    }

    /// <summary>The whole frame as it goes to the disk: header, body, zeros up to the alignment.</summary>
    public Span<byte> Frame()
    {
        int stored = FrameHeader.AlignUp(_used);
        Span<byte> frame = _memory.Span[..stored];
        frame[_used..].Clear();
        return frame;
    }

    /// <summary>Says how many parts of the store work on it now.</summary>
    public void Share(int owners) => Volatile.Write(ref _owners, owners);

    /// <summary>One owner is done.</summary>
    /// <returns>True for the last one, which gives the buffer back to the gate.</returns>
    public bool Release() => Interlocked.Decrement(ref _owners) == 0;

    public void Dispose() => _memory.Dispose();
}
