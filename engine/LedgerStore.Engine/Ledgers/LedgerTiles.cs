// The tiles of one ledger's tree, wherever their hashes are at the moment: in sealed segments, in the open one, or in
// memory. Whatever tier and generation a segment has, its tiles are the same.
// Any thread.

using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Ledgers;

/// <summary>Reads tiles for proofs.</summary>
/// <remarks>
/// It knows hashes, not checkpoints: the caller asks for nodes below a published size only. Nodes never change, so what
/// has grown beyond that size meanwhile does no harm.
/// </remarks>
internal sealed class LedgerTiles(SegmentReader segments, BundleTail tail, SegmentAppender appender) : ITileStore
{
    /// <summary>Level 2 and above hold segment roots and hashes over them.</summary>
    private const int SegmentRootsLevel = 2;

    public int ReadTile(int level, ulong index, Span<Hash256> hashes) => level switch
    {
        0 => ReadLeaves((long)index, hashes),
        1 => ReadBundleRoots((long)index, hashes),
        _ => ReadUpper(level, (long)index, hashes),
    };

    private int ReadLeaves(long bundle, Span<Hash256> hashes)
    {
        // Memory first: the bundler drops a bundle there only when it is in the file, so it is always in one of them.
        int count = tail.CopyLeaves(bundle * StoreLimits.EntriesPerBundle, hashes);
        return count > 0 ? count : segments.ReadLeaves(bundle, hashes);
    }

    private int ReadBundleRoots(long segment, Span<Hash256> hashes)
    {
        while (true)
        {
            if (TryReadSealed(segment, hashes))
            {
                return TilePath.FullWidth;
            }

            int count = ReadRecentRoots(segment, hashes);
            if (count >= 0)
            {
                return count;
            }

            // It became complete between the two looks: once more, it is in the list of segments now.
            bool isListed = segments.TryGetRoot(segment, out _);
            Invariant.That(isListed, "a segment is listed as sealed before the next one is begun");
        }
    }

    /// <summary>The bundle roots of the open segment.</summary>
    /// <returns>How many; -1 when it is complete and in the list by now.</returns>
    private int ReadRecentRoots(long segment, Span<Hash256> hashes)
    {
        // Memory first, then what is written: the bundler writes a bundle before it drops it, so that none is missed.
        Span<Hash256> unwritten = stackalloc Hash256[StoreLimits.BundlesPerSegment];
        Range run = tail.CopyUnwrittenRoots(segment, unwritten);
        int written = appender.CopyBundleRoots(segment, hashes);
        int end = run.End.Value;
        if (written < 0 || end <= written)
        {
            return written;
        }

        Invariant.That(run.Start.Value <= written, "what is not in memory is written");
        unwritten[written..end].CopyTo(hashes[written..]);
        return end;
    }

    private bool TryReadSealed(long segment, Span<Hash256> hashes)
    {
        try
        {
            return segments.TryReadBundleRoots(segment, hashes);
        }
        catch (StoreException lost) when (lost.Reason == StoreReason.DataLoss)
        {
            // The tile is damaged. If the leaves are not, they give the root that is known of the segment.
            if (segments.TryGetRoot(segment, out Hash256 root) && TryRebuild(segment, root, hashes))
            {
                return true;
            }

            throw;
        }
    }

    /// <summary>Makes a level-1 tile of the leaf hashes below it.</summary>
    /// <returns>True when it has the segment's root.</returns>
    private bool TryRebuild(long segment, in Hash256 root, Span<Hash256> hashes)
    {
        Span<Hash256> leaves = stackalloc Hash256[TilePath.FullWidth];
        try
        {
            for (int i = 0; i < TilePath.FullWidth; i++)
            {
                if (segments.ReadLeaves((segment * TilePath.FullWidth) + i, leaves) != TilePath.FullWidth)
                {
                    return false;
                }

                hashes[i] = Sha256Batch.PerfectRoot(leaves, leaves);
            }
        }
        catch (StoreException lost) when (lost.Reason == StoreReason.DataLoss)
        {
            return false;
        }

        hashes[..TilePath.FullWidth].CopyTo(leaves);
        return Sha256Batch.PerfectRoot(leaves, leaves) == root;
    }

    /// <summary>Each hash of such a tile stands for a full tile one level below.</summary>
    private int ReadUpper(int level, long index, Span<Hash256> hashes)
    {
        Span<Hash256> below = stackalloc Hash256[TilePath.FullWidth];
        for (int i = 0; i < TilePath.FullWidth; i++)
        {
            long child = (index * TilePath.FullWidth) + i;
            if (level == SegmentRootsLevel && segments.TryGetRoot(child, out hashes[i]))
            {
                continue;
            }

            if (ReadTile(level - 1, (ulong)child, below) < TilePath.FullWidth)
            {
                return i;
            }

            hashes[i] = Sha256Batch.PerfectRoot(below, below);
        }

        return TilePath.FullWidth;
    }
}
