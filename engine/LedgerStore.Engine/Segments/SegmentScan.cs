// Finds the blocks of an open segment file again, from their headers: what opening and recovery need.
// Stateless; the thread that opens the ledger runs it. Cost: one small read for each block.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>What a scan found.</summary>
/// <param name="End">Behind the last block that was taken: where the next one is written.</param>
/// <param name="Damage">Why fewer entries than the trusted ones were found; null when all are there.</param>
internal readonly record struct SegmentScan(BlockTable Blocks, long End, BlockDamagedException? Damage)
{
    /// <summary>Reads block headers until the blocks hold every trusted entry of the segment.</summary>
    /// <param name="trustedEntries">
    /// Entries of this segment that are known to be durable in this file. Blocks behind those that hold them are not
    /// looked at: a crash may have left anything there.
    /// </param>
    /// <remarks>
    /// The last block taken may hold more entries than are trusted. There is no looking for a next block behind a
    /// damaged header: a payload can contain what looks like one.
    /// </remarks>
    public static SegmentScan Run(IFile file, in SegmentIdentity identity, int trustedEntries)
    {
        Invariant.That(trustedEntries is >= 0 and <= StoreLimits.EntriesPerSegment, "a segment has 65,536 entries");
        BlockTable blocks = new();
        long offset = SegmentFormat.HeaderBytes;
        try
        {
            byte[] head = new byte[BlockFormat.HeadBytesMax];
            CheckSegmentHeader(file, identity, head);
            long length = file.Length;
            while (blocks.Entries < trustedEntries)
            {
                offset += Take(file, identity, blocks, offset, length, head);
            }

            return new SegmentScan(blocks, offset, null);
        }
        catch (BlockDamagedException damage)
        {
            return new SegmentScan(blocks, offset, damage);
        }
        catch (StorageException cause)
        {
            return new SegmentScan(
                blocks,
                offset,
                new BlockDamagedException(file.Path, offset, "this part of the file cannot be read", cause));
        }
    }

    /// <summary>Checks that the file is the expected segment.</summary>
    public static void CheckSegmentHeader(IFile file, in SegmentIdentity identity, Span<byte> scratch)
    {
        int read = file.Read(0, scratch[..SegmentFormat.HeaderBytes]);
        try
        {
            SegmentHeader.Read(scratch[..read], identity);
        }
        catch (MalformedDataException cause)
        {
            throw new BlockDamagedException(file.Path, cause.Offset, cause.What, cause);
        }
    }

    private static int Take(
        IFile file, in SegmentIdentity identity, BlockTable blocks, long offset, long length, byte[] head)
    {
        int read = file.Read(offset, head);
        BlockPlace place = new(file.Path, offset, 0);

        // Blocks come in order: this one is of the next bundle, or supersedes the partial one before it.
        BlockIdentity expected = new(identity.LedgerId, identity.Segment, blocks.FullCount);
        BlockHeader header = BlockDecoder.ReadHeader(head.AsSpan(0, read), expected, place);
        if (header.BlockBytes > length - offset)
        {
            throw new BlockDamagedException(file.Path, length, "the file ends inside of a block");
        }

        if (!blocks.CanPlace(header.Identity.Bundle, header.Entries))
        {
            throw new BlockDamagedException(file.Path, offset, "a block holds fewer entries than the one before it");
        }

        blocks.Place(header.Identity.Bundle, header.ToRow(offset));
        return header.BlockBytes;
    }
}
