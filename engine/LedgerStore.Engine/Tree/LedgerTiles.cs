// The tiles of one ledger's tree, wherever their hashes are at the moment: in sealed segments, in the open one, or in
// memory. Whatever tier and generation a segment has, its tiles are the same.
// Any thread.

using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Tree;

/// <summary>Gives the hashes that are in no sealed segment.</summary>
/// <param name="level">0: leaf hashes of a bundle. 1: bundle roots of a segment.</param>
/// <returns>How many; 0 when memory has none of this tile, -1 when it is complete and in its segment by now.</returns>
internal delegate int RecentHashes(int level, long index, Span<Hash256> hashes);

/// <summary>Reads tiles for proofs.</summary>
/// <remarks>
/// It knows hashes, not checkpoints: the caller asks for nodes below a published size only. Nodes never change, so what
/// has grown beyond that size meanwhile does no harm.
/// </remarks>
internal sealed class LedgerTiles(SegmentReader segments, RecentHashes recent) : ITileStore
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
        int count = recent(0, bundle, hashes);
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

            int count = recent(1, segment, hashes);
            if (count >= 0)
            {
                return count;
            }

            // It became complete between the two looks: once more, it is in the list of segments now.
            bool isListed = segments.TryGetRoot(segment, out _);
            Invariant.That(isListed, "a segment is listed as sealed before the next one is begun");
        }
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
