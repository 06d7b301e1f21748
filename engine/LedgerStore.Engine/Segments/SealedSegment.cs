// One sealed segment of a ledger. Its file is mapped when somebody reads it and unmapped when others need the room.
// Owned by the ledger; any thread reads it.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>A sealed segment.</summary>
internal sealed class SealedSegment(MappedSegments maps, SealedFacts facts) : SegmentSource, IDisposable
{
    // Written under the gate of MappedSegments, read by any thread: null while it is not mapped.
    private volatile MappedSegment? _mapped;
    private volatile bool _isClosed;

    // -1 until somebody asked: the directory is read once. Two who ask at the same time find the same.
    private long _rawBytes = -1;

    public SealedFacts Facts => facts;

    public override SegmentIdentity Identity => facts.Identity;

    public override string Path => facts.Path;

    public override int Entries => StoreLimits.EntriesPerSegment;

    public override long FirstMicros => facts.FirstMicros;

    public override long LastMicros => facts.LastMicros;

    public override long RawBytes => Volatile.Read(ref _rawBytes) is >= 0 and long known ? known : ReadRawBytes();

    internal MappedSegment? Mapped
    {
        get => _mapped;
        set => _mapped = value;
    }

    /// <summary>True once the segment was replaced or its ledger closed: it is not mapped again.</summary>
    internal bool IsClosed
    {
        get => _isClosed;
        set => _isClosed = value;
    }

    public override bool TryEnter(out SegmentAccess access) => maps.TryEnter(this, out access);

    /// <summary>Refuses new readers. When those that are reading have finished, the file is unmapped.</summary>
    public void Dispose() => maps.Close(this);

    private long ReadRawBytes()
    {
        long bytes;
        try
        {
            DirectoryRow[] rows = ReadRows(StoreLimits.BundlesPerSegment);
            if (rows.Length == 0)
            {
                return 0;
            }

            bytes = rows.Sum(static row => (long)row.RawBytes);
        }
        catch (Exception unreadable) when (unreadable is BlockDamagedException or StorageException)
        {
            // Readers and the scrubber report it; a figure for people does not.
            return 0;
        }

        Volatile.Write(ref _rawBytes, bytes);
        return bytes;
    }
}
