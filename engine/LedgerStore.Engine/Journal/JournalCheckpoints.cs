// The checkpoints in the journal files that a start has read, also in frames that are flushed: when the state.log of a
// ledger is lost, they are what is left of what was signed. Read once, when the first ledger asks.
// Any thread, while the files are those that were scanned.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Journal;

/// <summary>Finds the newest checkpoint of a ledger in the journal.</summary>
/// <remarks>Nothing is checked here but the frames' sums: a checkpoint counts by its signature.</remarks>
internal sealed class JournalCheckpoints(IFileSystem files, JournalFacts facts)
{
    private readonly Lock _lock = new();
    private Dictionary<uint, CheckpointRecord>? _newest;

    /// <summary>The newest one; null when no frame has any.</summary>
    public CheckpointRecord? NewestOf(uint ledgerId)
    {
        lock (_lock)
        {
            return (_newest ??= ReadAll()).GetValueOrDefault(ledgerId);
        }
    }

    private Dictionary<uint, CheckpointRecord> ReadAll()
    {
        Dictionary<uint, CheckpointRecord> newest = [];
        foreach (IGrouping<int, FoundFrame> group in facts.Frames.GroupBy(static frame => frame.FileIndex))
        {
            using IFile file = files.Open(facts.Files[group.Key].Path, FileAccessMode.ReadOnly);
            foreach (FoundFrame frame in group)
            {
                byte[] body = new byte[frame.Header.BodyBytes];
                int read = file.Read(frame.Offset + FrameHeader.Bytes, body);
                if (read == body.Length && Crc32C.Compute(body) == frame.Header.BodyCrc)
                {
                    Take(body, newest);
                }
            }
        }

        return newest;
    }

    private static void Take(ReadOnlySpan<byte> body, Dictionary<uint, CheckpointRecord> newest)
    {
        while (SectionHeader.TryRead(body, out SectionHeader section))
        {
            if (section.Type == SectionType.Checkpoint
                && section.FirstIndex > (newest.GetValueOrDefault(section.LedgerId)?.Size ?? 0))
            {
                byte[] note = body.Slice(SectionHeader.Bytes, section.ContentBytes).ToArray();
                newest[section.LedgerId] = new CheckpointRecord(section.FirstIndex, section.Root, note);
            }

            body = body[section.StoredBytes..];
        }
    }
}
