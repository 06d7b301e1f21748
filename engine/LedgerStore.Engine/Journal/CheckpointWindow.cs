// Which checkpoints of a ledger are kept: every new one for a while, and of the old ones the last one of each segment.
// Owned by whoever keeps them: a state.log that is read or compacted, and the running ledger. Not thread-safe.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>Checkpoints of one ledger by size, thinned with age.</summary>
/// <remarks>
/// A busy ledger signs ten times a second: to keep all of that would cost more than its entries. The last one of each
/// segment costs 300 bytes for 65,536 entries, and with it every old entry has a signed tree not far above it.
/// </remarks>
internal sealed class CheckpointWindow
{
    /// <summary>How many of the newest are all kept.</summary>
    public const int Newest = 64;

    // Sizes ascend.
    private List<CheckpointRecord> _records = [];

    public IReadOnlyList<CheckpointRecord> Records => _records;

    public CheckpointRecord? Last => _records.Count > 0 ? _records[^1] : null;

    /// <summary>Adds the next one; one that is not larger than the last is there already.</summary>
    /// <param name="dropped">What was let go for it; null when nothing was.</param>
    /// <returns>False when it was there already.</returns>
    public bool TryAdd(CheckpointRecord record, out CheckpointRecord? dropped)
    {
        dropped = null;
        if (Last is { } last && record.Size <= last.Size)
        {
            return false;
        }

        _records.Add(record);
        int leaving = _records.Count - Newest - 1;
        if (leaving >= 0 && SegmentOf(_records[leaving]) == SegmentOf(_records[leaving + 1]))
        {
            dropped = _records[leaving];
            _records.RemoveAt(leaving);
        }

        return true;
    }

    /// <summary>The smallest one of at least this size.</summary>
    public CheckpointRecord? FindAtLeast(long size)
    {
        int at = Search.First(_records.Count, (_records, size), static (of, i) => of._records[i].Size >= of.size);
        return at < _records.Count ? _records[at] : null;
    }

    /// <summary>Gives all of them away.</summary>
    public IReadOnlyList<CheckpointRecord> TakeAll()
    {
        List<CheckpointRecord> taken = _records;
        _records = [];
        return taken;
    }

    // The segment of the last entry that the checkpoint covers.
    private static long SegmentOf(CheckpointRecord record) => (record.Size - 1) / StoreLimits.EntriesPerSegment;
}
