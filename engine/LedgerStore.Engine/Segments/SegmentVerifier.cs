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

    private static readonly IReadOnlySet<long> s_none = new HashSet<long>();

    private readonly BundleVerifier _bundles = new();
    private readonly BlocksVerifier _blocks;
    private readonly Hash256[] _level1 = new Hash256[BundleCount];
    private readonly byte[] _trailer = new byte[SegmentFormat.TrailerBytes];

    public SegmentVerifier() => _blocks = new BlocksVerifier(_bundles);

    private ReadOnlySpan<byte> Directory =>
        _trailer.AsSpan(SegmentFormat.TileBytes, SegmentFormat.DirectoryBytes);

    /// <summary>Verifies a file against a root.</summary>
    /// <param name="expectedRoot">The root that a signed checkpoint commits to, or that state.log keeps.</param>
    public SegmentVerdict Verify(IFile file, in SegmentIdentity identity, Hash256 expectedRoot) =>
        Verify(file, identity, expectedRoot, new SegmentEvidence(identity.Segment, s_none));

    /// <summary>The same; what the entries come to is put into the evidence.</summary>
    /// <returns>The first finding; the bundles behind it are recomputed too, as long as they can be decoded.</returns>
    public SegmentVerdict Verify(
        IFile file, in SegmentIdentity identity, Hash256 expectedRoot, SegmentEvidence evidence)
    {
        try
        {
            SegmentFooter footer;
            try
            {
                footer = ReadTrailer(file, identity);
            }
            catch (BlockDamagedException damage)
            {
                return VerifyByBlocks(file, identity, expectedRoot, evidence, damage);
            }

            return VerifyByDirectory(file, identity, expectedRoot, evidence, footer);
        }
        catch (StorageException cause)
        {
            SegmentFinding finding = new(
                evidence.FirstIndex, StoreLimits.EntriesPerSegment, 0, cause.Message, SegmentFault.Unreadable);
            return new SegmentVerdict(default, default, evidence.Entries, finding);
        }
    }

    /// <summary>Verifies the first entries of a segment that is not complete.</summary>
    /// <returns>The first finding, or null.</returns>
    public SegmentFinding? VerifyOpen(
        IFile file, in SegmentIdentity identity, int entries, SegmentEvidence evidence)
    {
        try
        {
            return _blocks.Verify(file, identity, entries, evidence);
        }
        catch (StorageException cause)
        {
            return new SegmentFinding(evidence.FirstIndex, entries, 0, cause.Message, SegmentFault.Unreadable);
        }
    }

    private SegmentVerdict VerifyByDirectory(
        IFile file,
        in SegmentIdentity identity,
        Hash256 expectedRoot,
        SegmentEvidence evidence,
        in SegmentFooter footer)
    {
        Hash256 claimed = RootOf(_level1);
        bool isLevel1True = claimed == expectedRoot;
        SegmentFinding? first = null;
        for (int bundle = 0; bundle < BundleCount; bundle++)
        {
            BlockIdentity block = new(identity.LedgerId, identity.Segment, bundle);
            int before = evidence.Entries;
            SegmentFinding? finding = VerifyBundle(file, block, footer, isLevel1True, evidence);
            first ??= finding;
            if (evidence.Entries == before)
            {
                return new SegmentVerdict(default, claimed, evidence.Entries, first);
            }
        }

        Hash256 root = RootOf(evidence.Roots);
        first ??= Contradiction(root, footer, expectedRoot, evidence.FirstIndex)
            ?? WrongTimes(footer, evidence.FirstIndex);
        return new SegmentVerdict(root, claimed, evidence.Entries, first);
    }

    /// <summary>The directory is damaged; the blocks can be found without it.</summary>
    private SegmentVerdict VerifyByBlocks(
        IFile file,
        in SegmentIdentity identity,
        Hash256 expectedRoot,
        SegmentEvidence evidence,
        BlockDamagedException damage)
    {
        SegmentFinding? inBlocks = _blocks.Verify(file, identity, StoreLimits.EntriesPerSegment, evidence);
        Hash256 root = evidence.Roots.Length == BundleCount ? RootOf(evidence.Roots) : default;
        bool isDerived = root == expectedRoot;
        SegmentFinding inTrailer = new(
            evidence.FirstIndex,
            StoreLimits.EntriesPerSegment,
            damage.Offset,
            isDerived ? damage.What : $"{damage.What}; and the entries have the root {root}, expected {expectedRoot}",
            isDerived ? SegmentFault.Derived : SegmentFault.Changed);
        return new SegmentVerdict(root, default, evidence.Entries, inBlocks ?? inTrailer);
    }

    private static SegmentFinding? Contradiction(
        Hash256 root, in SegmentFooter footer, Hash256 expectedRoot, long firstIndex)
    {
        string? evidence = root != expectedRoot
            ? $"the entries have the root {root}, and everything in the file agrees with it, but the root must be "
                + $"{expectedRoot}: the segment was exchanged as a whole, or another one is expected"
            : footer.Root != root
                ? $"the footer says that the root is {footer.Root}, the entries have the expected root {root}"
                : null;
        long footerOffset = footer.FileLength - SegmentFormat.FooterBytes;
        SegmentFault fault = root == expectedRoot ? SegmentFault.Derived : SegmentFault.Changed;
        return evidence is null
            ? null
            : new SegmentFinding(
                firstIndex, StoreLimits.EntriesPerSegment, footerOffset, evidence, fault);
    }

    /// <summary>The directory's times are those of the entries; the footer's must be those of its ends.</summary>
    private SegmentFinding? WrongTimes(in SegmentFooter footer, long firstIndex)
    {
        long first = DirectoryRow.Read(Directory).FirstMicros;
        long last = DirectoryRow.Read(Directory[((BundleCount - 1) * SegmentFormat.RowBytes)..]).LastMicros;
        return (footer.FirstMicros, footer.LastMicros) == (first, last)
            ? null
            : new SegmentFinding(
                firstIndex,
                StoreLimits.EntriesPerSegment,
                footer.FileLength - SegmentFormat.FooterBytes,
                $"the footer says that the entries were received from {footer.FirstMicros} to {footer.LastMicros}, the "
                + $"directory says {first} to {last}",
                SegmentFault.Derived);
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
        BundleVerifier.ReadExactly(file, length - SegmentFormat.TrailerBytes, _trailer);
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

    /// <summary>Verifies a bundle, and adds it to the evidence if its entries can be decoded.</summary>
    private SegmentFinding? VerifyBundle(
        IFile file,
        in BlockIdentity identity,
        in SegmentFooter footer,
        bool isLevel1True,
        SegmentEvidence evidence)
    {
        DirectoryRow row = DirectoryRow.Read(Directory[(identity.Bundle * SegmentFormat.RowBytes)..]);
        try
        {
            CheckRow(file, identity, footer, row);
            _bundles.Read(file, identity, row);
        }
        catch (BlockDamagedException damage)
        {
            return new SegmentFinding(
                identity.FirstIndex, StoreLimits.EntriesPerBundle, damage.Offset, damage.What, SegmentFault.Unreadable);
        }

        Hash256 root = _bundles.Root;
        evidence.Add(_bundles.Leaves, root, _bundles.Payload);
        if (_bundles.Payload == BlockPayload.Here)
        {
            evidence.OnEntries?.Invoke(identity.FirstIndex, _bundles.Bundle, StoreLimits.EntriesPerBundle);
        }

        bool isSound = root == _level1[identity.Bundle];
        if (!isSound || _bundles.FirstDifference < StoreLimits.EntriesPerBundle)
        {
            return Blame(identity, row, root, isLevel1True);
        }

        return _bundles.WrongTime(row) is { } time
            ? new SegmentFinding(
                identity.FirstIndex, StoreLimits.EntriesPerBundle, row.Offset, time, SegmentFault.Derived)
            : null;
    }

    private static void CheckRow(IFile file, in BlockIdentity identity, in SegmentFooter footer, in DirectoryRow row)
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
    }

    /// <summary>Says which of entry, tile and level-1 tile the others contradict.</summary>
    private SegmentFinding Blame(in BlockIdentity identity, in DirectoryRow row, Hash256 root, bool isLevel1True)
    {
        Hash256 committed = _level1[identity.Bundle];
        int slot = _bundles.FirstDifference;
        string above = isLevel1True ? "the expected segment root" : "the level-1 tile";
        if (slot < StoreLimits.EntriesPerBundle && _bundles.TileRoot == committed)
        {
            string evidence = $"the entry's bytes have the leaf hash {_bundles.Leaves[slot]}, the tile says "
                + $"{_bundles.Tile[slot]}, and the tile's root {committed} is what {above} commits to";
            return new SegmentFinding(identity.FirstIndex + slot, 1, row.Offset, evidence, SegmentFault.Changed);
        }

        bool isDerived = root == committed;
        string what = isDerived
            ? $"the entries' root {root} is what {above} commits to, but the block's tile differs from it, first at "
                + $"slot {slot}: the tile is damaged, the entries are not"
            : $"the entries have the root {root}, and {above} commits to {committed}";
        SegmentFault fault = isDerived ? SegmentFault.Derived : SegmentFault.Changed;
        return new SegmentFinding(identity.FirstIndex, StoreLimits.EntriesPerBundle, row.Offset, what, fault);
    }

    private Hash256 RootOf(ReadOnlySpan<Hash256> hashes) => _bundles.PerfectRoot(hashes);
}
