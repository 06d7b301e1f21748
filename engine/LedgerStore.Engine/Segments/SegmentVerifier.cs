// Recomputes a sealed segment from its bytes: every leaf, tile, bundle root, and the segment root. The scrubber and the
// offline verification use it. What it says depends on the file and the expected root only; the instance is scratch
// memory, owned by one thread.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>Verifies sealed segment files.</summary>
/// <remarks>
/// It reads the file and does not map it: a file that shrinks or cannot be read is a finding, never the end of the
/// process.
/// </remarks>
internal sealed class SegmentVerifier
{
    private const int BundleCount = StoreLimits.BundlesPerSegment;

    private readonly int[] _offsets = new int[StoreLimits.EntriesPerBundle + 1];
    private readonly Hash256[] _leaves = new Hash256[StoreLimits.EntriesPerBundle];
    private readonly Hash256[] _tile = new Hash256[StoreLimits.EntriesPerBundle];
    private readonly Hash256[] _scratch = new Hash256[StoreLimits.EntriesPerBundle];
    private readonly Hash256[] _level1 = new Hash256[BundleCount];
    private readonly byte[] _trailer = new byte[SegmentFormat.TrailerBytes];
    private byte[] _block = [];
    private byte[] _bundle = [];

    /// <summary>Verifies a file; stops at the first finding.</summary>
    /// <param name="expectedRoot">The root that a signed checkpoint commits to, or that state.log keeps.</param>
    public SegmentVerdict Verify(IFile file, in SegmentIdentity identity, Hash256 expectedRoot)
    {
        long firstIndex = SegmentFormat.FirstIndex(identity.Segment);
        long entries = 0;
        try
        {
            SegmentFooter footer = ReadTrailer(file, identity);
            Hash256[] roots = new Hash256[BundleCount];
            bool isLevel1True = RootOf(_level1) == expectedRoot;
            for (int bundle = 0; bundle < BundleCount; bundle++)
            {
                BlockIdentity block = new(identity.LedgerId, identity.Segment, bundle);
                if (VerifyBundle(file, block, footer, isLevel1True, out roots[bundle]) is { } finding)
                {
                    return new SegmentVerdict(default, entries, finding);
                }

                entries += StoreLimits.EntriesPerBundle;
            }

            return Conclude(RootOf(roots), entries, footer, expectedRoot, firstIndex);
        }
        catch (BlockDamagedException damage)
        {
            return new SegmentVerdict(default, entries, Finding(firstIndex, damage));
        }
        catch (StorageException cause)
        {
            SegmentFinding finding = new(firstIndex, StoreLimits.EntriesPerSegment, 0, cause.Message);
            return new SegmentVerdict(default, entries, finding);
        }
    }

    private static SegmentVerdict Conclude(
        Hash256 root, long entries, in SegmentFooter footer, Hash256 expectedRoot, long firstIndex)
    {
        long footerOffset = footer.FileLength - SegmentFormat.FooterBytes;
        string? evidence = root != expectedRoot
            ? $"the entries have the root {root}, and everything in the file agrees with it, but the root must be "
                + $"{expectedRoot}: the segment was exchanged as a whole, or another one is expected"
            : footer.Root != root
                ? $"the footer says that the root is {footer.Root}, the entries have the expected root {root}"
                : null;
        SegmentFinding? finding = evidence is null
            ? null
            : new SegmentFinding(firstIndex, StoreLimits.EntriesPerSegment, footerOffset, evidence);
        return new SegmentVerdict(root, entries, finding);
    }

    /// <summary>Reads everything that frames the blocks, and checks it.</summary>
    private SegmentFooter ReadTrailer(IFile file, in SegmentIdentity identity)
    {
        long length = file.Length;
        if (length < SegmentFormat.HeaderBytes + SegmentFormat.TrailerBytes)
        {
            throw new BlockDamagedException(file.Path, length, "the file is shorter than an empty segment");
        }

        SegmentScan.CheckSegmentHeader(file, identity, _trailer);
        ReadExactly(file, length - SegmentFormat.TrailerBytes, _trailer);
        SegmentFooter footer;
        try
        {
            footer = SegmentFooter.Read(_trailer.AsSpan(^SegmentFormat.FooterBytes..), identity, length);
        }
        catch (MalformedDataException cause)
        {
            long footerOffset = length - SegmentFormat.FooterBytes;
            throw new BlockDamagedException(file.Path, footerOffset + cause.Offset, cause.What, cause);
        }

        ReadOnlySpan<byte> tile = _trailer.AsSpan(0, SegmentFormat.TileBytes);
        if (Crc32C.Compute(tile) != footer.TileCrc)
        {
            throw new BlockDamagedException(file.Path, footer.TileOffset, "the level-1 tile's checksum is wrong");
        }

        Hash256.Many(tile).CopyTo(_level1);
        if (Crc32C.Compute(Directory) != footer.DirectoryCrc)
        {
            throw new BlockDamagedException(file.Path, footer.DirectoryOffset, "the directory's checksum is wrong");
        }

        return footer;
    }

    private ReadOnlySpan<byte> Directory =>
        _trailer.AsSpan(SegmentFormat.TileBytes, SegmentFormat.DirectoryBytes);

    private SegmentFinding? VerifyBundle(
        IFile file, in BlockIdentity identity, in SegmentFooter footer, bool isLevel1True, out Hash256 root)
    {
        root = default;
        DirectoryRow row = DirectoryRow.Read(Directory[(identity.Bundle * SegmentFormat.RowBytes)..]);
        BlockPlace place = new(file.Path, row.Offset, row.StoredBytes);
        int rawBytes;
        try
        {
            rawBytes = Decode(file, identity, footer, row, place);
        }
        catch (BlockDamagedException damage)
        {
            return new SegmentFinding(identity.FirstIndex, StoreLimits.EntriesPerBundle, damage.Offset, damage.What);
        }

        if (WrongTime(row) is { } time)
        {
            return new SegmentFinding(identity.FirstIndex, StoreLimits.EntriesPerBundle, row.Offset, time);
        }

        Sha256Batch.HashBundle(_bundle.AsSpan(0, rawBytes), _leaves);
        root = RootOf(_leaves);
        if (_leaves.AsSpan().SequenceEqual(_tile) && root == _level1[identity.Bundle])
        {
            return null;
        }

        return Blame(identity, place, root, isLevel1True);
    }

    /// <summary>Reads and decodes a block, and reads its tile.</summary>
    private int Decode(
        IFile file, in BlockIdentity identity, in SegmentFooter footer, in DirectoryRow row, in BlockPlace place)
    {
        try
        {
            row.Check(footer.TileOffset);
        }
        catch (MalformedDataException cause)
        {
            long at = footer.DirectoryOffset + (identity.Bundle * SegmentFormat.RowBytes) + cause.Offset;
            throw new BlockDamagedException(file.Path, at, cause.What, cause);
        }

        Span<byte> block = Room(ref _block, row.StoredBytes);
        ReadExactly(file, row.Offset, block);
        BlockHeader header = BlockDecoder.ReadHeader(block, identity, place);
        if (header.ToRow(row.Offset) != row)
        {
            throw new BlockDamagedException(
                file.Path,
                row.Offset,
                $"the block says {header.ToRow(row.Offset)}, the directory {row}");
        }

        BlockDecoder.Decode(block, header, place, Room(ref _bundle, header.RawBytes), _offsets);
        BlockDecoder.ReadTile(block.Slice(header.TileOffset, header.TileBytes), header, place, _tile);
        return header.RawBytes;
    }

    /// <summary>Entries are found by the times that the directory says: they must be those of the entries.</summary>
    private string? WrongTime(in DirectoryRow row)
    {
        try
        {
            long first = ReceivedMicros(0);
            long last = ReceivedMicros(StoreLimits.EntriesPerBundle - 1);
            return first == row.FirstMicros && last == row.LastMicros
                ? null
                : $"the entries were received from {first} to {last}, the directory says {row.FirstMicros} to "
                    + $"{row.LastMicros}";
        }
        catch (MalformedDataException cause)
        {
            return cause.What;
        }
    }

    private long ReceivedMicros(int slot) => BundleFormat.ReceivedMicros(
        _bundle.AsSpan(_offsets[slot] + BlockFormat.EntryPrefixBytes, _offsets[slot + 1] - _offsets[slot] - 2));

    /// <summary>Says which of entry, tile and level-1 tile the others contradict.</summary>
    private SegmentFinding Blame(in BlockIdentity identity, in BlockPlace place, Hash256 root, bool isLevel1True)
    {
        Hash256 committed = _level1[identity.Bundle];
        int slot = _leaves.AsSpan().CommonPrefixLength(_tile);
        string above = isLevel1True ? "the expected segment root" : "the level-1 tile";
        if (slot < _leaves.Length && RootOf(_tile) == committed)
        {
            string evidence = $"the entry's bytes have the leaf hash {_leaves[slot]}, the tile says {_tile[slot]}, and "
                + $"the tile's root {committed} is what {above} commits to";
            return new SegmentFinding(identity.FirstIndex + slot, 1, place.Offset, evidence);
        }

        string what = root == committed
            ? $"the entries' root {root} is what {above} commits to, but the block's tile differs from it, first at "
                + $"slot {slot}: the tile is damaged, the entries are not"
            : $"the entries have the root {root}, and {above} commits to {committed}";
        return new SegmentFinding(identity.FirstIndex, StoreLimits.EntriesPerBundle, place.Offset, what);
    }

    private Hash256 RootOf(ReadOnlySpan<Hash256> hashes) => Sha256Batch.PerfectRoot(hashes, _scratch);

    private static SegmentFinding Finding(long firstIndex, BlockDamagedException damage) =>
        new(firstIndex, StoreLimits.EntriesPerSegment, damage.Offset, damage.What);

    private static void ReadExactly(IFile file, long offset, Span<byte> bytes)
    {
        int read;
        try
        {
            read = file.Read(offset, bytes);
        }
        catch (StorageException cause)
        {
            throw new BlockDamagedException(file.Path, offset, cause.Message, cause);
        }

        if (read < bytes.Length)
        {
            throw new BlockDamagedException(file.Path, offset + read, "the file ends here");
        }
    }

    private static Span<byte> Room(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(length, buffer.Length * 2));
        }

        return buffer.AsSpan(0, length);
    }
}
