// Recomputes the entries of a segment file block by block, as they lie in the file: an open segment has no directory,
// and that of a complete one may be what is damaged. Owned by one thread.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Segments;

/// <summary>Verifies the newest block of each bundle of a segment file.</summary>
internal sealed class BlocksVerifier(BundleVerifier bundles)
{
    /// <summary>Verifies as many entries; goes on behind a finding as long as there is something to hash.</summary>
    /// <param name="entries">How many the file must hold; behind them a crash may have left anything.</param>
    /// <returns>The first finding, or null.</returns>
    public SegmentFinding? Verify(IFile file, in SegmentIdentity identity, int entries, SegmentEvidence evidence)
    {
        SegmentScan scan = SegmentScan.Run(file, identity, entries);
        SegmentFinding? first = null;
        for (int bundle = 0; bundle < scan.Blocks.Count && evidence.Entries < entries; bundle++)
        {
            scan.Blocks.TryFind(bundle, out DirectoryRow row);
            SegmentFinding? finding = VerifyBlock(
                file,
                new BlockIdentity(identity.LedgerId, identity.Segment, bundle),
                row,
                entries - evidence.Entries,
                evidence);
            first ??= finding;
            if (evidence.Entries < Math.Min(entries, (bundle * StoreLimits.EntriesPerBundle) + row.Entries))
            {
                return first;
            }
        }

        long missing = evidence.FirstIndex + evidence.Entries;
        return first ?? (scan.Damage is null
            ? null
            : new SegmentFinding(
                missing,
                entries - evidence.Entries,
                scan.Damage.Offset,
                scan.Damage.What,
                SegmentFault.Unreadable));
    }

    private SegmentFinding? VerifyBlock(
        IFile file, in BlockIdentity identity, in DirectoryRow row, int entriesMax, SegmentEvidence evidence)
    {
        int count = Math.Min(row.Entries, entriesMax);
        try
        {
            bundles.Read(file, identity, row);
        }
        catch (BlockDamagedException damage)
        {
            return new SegmentFinding(identity.FirstIndex, count, damage.Offset, damage.What, SegmentFault.Unreadable);
        }

        bool isFull = count == StoreLimits.EntriesPerBundle;
        evidence.Add(bundles.Leaves[..count], isFull ? bundles.Root : default, bundles.Payload);
        if (bundles.Payload == BlockPayload.Here)
        {
            evidence.OnEntries?.Invoke(identity.FirstIndex, bundles.Bundle, count);
        }

        int slot = bundles.FirstDifference;
        if (slot < count)
        {
            string what = $"the entry's bytes have the leaf hash {bundles.Leaves[slot]}, the block's tile says "
                + $"{bundles.Tile[slot]}";
            return new SegmentFinding(identity.FirstIndex + slot, 1, row.Offset, what, SegmentFault.Changed);
        }

        return bundles.WrongTime(row) is { } time
            ? new SegmentFinding(identity.FirstIndex, count, row.Offset, time, SegmentFault.Derived)
            : null;
    }
}
