// SegmentReader: getting at a segment's file, and what becomes of it when that fails.

using System.Runtime.CompilerServices;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

internal sealed partial class SegmentReader
{
    /// <summary>Access to a segment, of whichever generation is current.</summary>
    /// <returns>False when the ledger has no such segment yet.</returns>
    private bool TryEnter(long segment, out SegmentSource? source, out SegmentAccess access)
    {
        source = null;
        while (true)
        {
            SegmentSource? refused = source;
            SegmentList list = _list;
            if (segment >= list.Count)
            {
                access = default;
                return false;
            }

            source = list[(int)segment];
            try
            {
                if (source.TryEnter(out access))
                {
                    return true;
                }
            }
            catch (BlockDamagedException damage)
            {
                throw Lost(damage, SegmentFormat.FirstIndex(segment), StoreLimits.EntriesPerSegment);
            }
            catch (StorageException cause)
            {
                throw Unopened(source, cause);
            }

            // It was replaced between the look and the touch: look again. If it is still the current one, then the
            // ledger was closed.
            if (source == refused)
            {
                throw new StoreException(StoreReason.Closed, $"ledger {ledgerId} is closed");
            }
        }
    }

    private StoreException Unopened(SegmentSource source, StorageException cause)
    {
        // Not the file's fault, and it passes: the process has too many files or maps.
        if (cause.Errno is FileErrno.TooManyOpenFiles or FileErrno.TooManyOpenFilesInSystem or FileErrno.OutOfMemory)
        {
            return new StoreException(
                StoreReason.Busy,
                $"a segment of ledger {ledgerId} cannot be opened now: {cause.Message} Try again; raise the limits of "
                + "open files (ulimit -n) or of maps (vm.max_map_count) if it stays so",
                cause);
        }

        BlockDamagedException damage = new(source.Path, 0, "the file cannot be opened", cause);
        return Lost(damage, SegmentFormat.FirstIndex(source.Identity.Segment), StoreLimits.EntriesPerSegment);
    }

    /// <summary>Reports damage and makes the exception for the caller, who throws it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private StoreException Lost(BlockDamagedException damage, long firstIndex, long count)
    {
        services.Damaged(new DamageReport(
            ledgerId,
            firstIndex,
            count,
            damage.File,
            damage.Offset,
            damage.InnerException is StorageException cause ? $"{damage.What}: {cause.Message}" : damage.What));
        return new StoreException(
            StoreReason.DataLoss,
            $"entries {firstIndex} to {firstIndex + count - 1} of ledger {ledgerId} cannot be read: {damage.Message}",
            damage)
        {
            FirstIndex = firstIndex,
            Count = count,
        };
    }
}
