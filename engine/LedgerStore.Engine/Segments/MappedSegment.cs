// A sealed segment file while it is mapped, checked when it was: header, footer, directory, level-1 tile.
// Owned by MappedSegments; any thread reads it under a lease of the map.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>The map of one sealed segment, and where its blocks are (3 KiB; the rest stays in the file).</summary>
internal sealed class MappedSegment : IDisposable
{
    private readonly long[] _offsets = new long[StoreLimits.BundlesPerSegment];
    private readonly int[] _lengths = new int[StoreLimits.BundlesPerSegment];
    private readonly SegmentFooter _footer;

    // Made when a cold bundle is first read: where each block is in the file that has its payload, 0 until it was
    // asked for. Two who ask at the same time find the same.
    private long[]? _fullOffsets;

    private MappedSegment(IMappedFile map, in SegmentFooter footer, ReadOnlySpan<byte> directory)
    {
        Map = map;
        _footer = footer;
        long end = SegmentFormat.HeaderBytes;
        for (int bundle = 0; bundle < _offsets.Length; bundle++)
        {
            DirectoryRow row = DirectoryRow.Read(directory[(bundle * SegmentFormat.RowBytes)..]);
            row.Check(footer.TileOffset);
            FormatCheck.That(row.Offset >= end, "a directory row overlaps the one before it", 0);
            end = row.Offset + row.StoredBytes;
            _offsets[bundle] = row.Offset;
            _lengths[bundle] = row.StoredBytes;
        }
    }

    public IMappedFile Map { get; }

    /// <summary>Of a segment whose payload is elsewhere: where each block starts there, as far as they were walked.
    /// </summary>
    public long[] FullOffsets => _fullOffsets ??= new long[StoreLimits.BundlesPerSegment];

    /// <summary>The round of mapping in which it was last used; see MappedSegments.</summary>
    public long LastUsed { get; set; }

    /// <summary>Maps and checks a file.</summary>
    /// <exception cref="BlockDamagedException">It is not the sealed segment that it must be.</exception>
    /// <exception cref="StorageException">It cannot be opened or mapped.</exception>
    public static MappedSegment Open(IFileSystem fileSystem, SealedFacts facts)
    {
        IMappedFile map = fileSystem.MapReadOnly(facts.Path);
        try
        {
            Invariant.That(map.TryAcquire(out MappedFileLease lease), "a new map can be used");
            using (lease)
            {
                return Check(map, facts);
            }
        }
        catch (MalformedDataException cause)
        {
            map.Dispose();
            throw new BlockDamagedException(facts.Path, cause.Offset, cause.What, cause);
        }
        catch (BlockDamagedException)
        {
            map.Dispose();
            throw;
        }
    }

    public BlockPlace Find(int bundle) => new(Map.Path, _offsets[bundle], _lengths[bundle]);

    /// <summary>The bytes, or those of them that the file has. Needs a lease.</summary>
    public ReadOnlySpan<byte> UpTo(long offset, int length) => UpTo(Map, offset, length);

    /// <summary>Reads a row of the directory.</summary>
    public DirectoryRow ReadRow(int bundle) => DirectoryRow.Read(Directory()[(bundle * SegmentFormat.RowBytes)..]);

    /// <summary>Reads the first rows of the directory, whose checksum is computed once for all of them.</summary>
    public void ReadRows(Span<DirectoryRow> rows)
    {
        ReadOnlySpan<byte> directory = Directory();
        for (int bundle = 0; bundle < rows.Length; bundle++)
        {
            rows[bundle] = DirectoryRow.Read(directory[(bundle * SegmentFormat.RowBytes)..]);
        }
    }

    /// <summary>Copies the level-1 tile: 256 bundle roots.</summary>
    public void ReadBundleRoots(Span<Hash256> roots)
    {
        ReadOnlySpan<byte> tile = UpTo(_footer.TileOffset, SegmentFormat.TileBytes);
        CheckCrc(Map, tile, _footer.TileCrc, _footer.TileOffset, "the level-1 tile's checksum is wrong");
        Hash256.Many(tile).CopyTo(roots);
    }

    private ReadOnlySpan<byte> Directory()
    {
        ReadOnlySpan<byte> directory = UpTo(_footer.DirectoryOffset, SegmentFormat.DirectoryBytes);
        CheckCrc(Map, directory, _footer.DirectoryCrc, _footer.DirectoryOffset, "the directory's checksum is wrong");
        return directory;
    }

    /// <summary>Refuses new readers; the memory goes with the last one.</summary>
    public void Dispose() => Map.Dispose();

    private static MappedSegment Check(IMappedFile map, SealedFacts facts)
    {
        if (map.Length != facts.FileLength)
        {
            throw new BlockDamagedException(
                facts.Path,
                Math.Min(map.Length, facts.FileLength),
                $"the file has {map.Length} bytes, it was sealed with {facts.FileLength}");
        }

        FormatCheck.That(
            map.Length >= SegmentFormat.HeaderBytes + SegmentFormat.TrailerBytes,
            "the file is shorter than an empty segment",
            map.Length);

        // The end is looked at next: of a cold file the disk brings it together with the beginning.
        map.Advise(FileAdvice.WillNeed, map.Length - SegmentFormat.TrailerBytes, SegmentFormat.TrailerBytes);
        SegmentHeader.Read(UpTo(map, 0, SegmentFormat.HeaderBytes), facts.Identity);
        ReadOnlySpan<byte> trailer = UpTo(map, map.Length - SegmentFormat.TrailerBytes, SegmentFormat.TrailerBytes);
        ReadOnlySpan<byte> tile = trailer[..SegmentFormat.TileBytes];
        ReadOnlySpan<byte> directory = trailer.Slice(SegmentFormat.TileBytes, SegmentFormat.DirectoryBytes);
        SegmentFooter footer = SegmentFooter.Read(
            trailer[(SegmentFormat.TileBytes + SegmentFormat.DirectoryBytes)..],
            facts.Identity,
            map.Length);
        CheckCrc(map, tile, footer.TileCrc, footer.TileOffset, "the level-1 tile's checksum is wrong");
        CheckCrc(map, directory, footer.DirectoryCrc, footer.DirectoryOffset, "the directory's checksum is wrong");
        if (footer.Root != facts.Root)
        {
            throw new BlockDamagedException(
                facts.Path,
                map.Length - SegmentFormat.FooterBytes,
                $"the footer's root is {footer.Root}, the segment was sealed with {facts.Root}");
        }

        Span<Hash256> scratch = stackalloc Hash256[StoreLimits.BundlesPerSegment];
        if (Sha256Batch.PerfectRoot(Hash256.Many(tile), scratch) != footer.Root)
        {
            throw new BlockDamagedException(facts.Path, footer.TileOffset, "the level-1 tile has another root");
        }

        FormatCheck.That(
            footer.FirstMicros == facts.FirstMicros && footer.LastMicros == facts.LastMicros,
            "the footer's times are not those of the segment",
            footer.FileLength - SegmentFormat.FooterBytes);
        return new MappedSegment(map, footer, directory);
    }

    private static ReadOnlySpan<byte> UpTo(IMappedFile map, long offset, int length)
    {
        length = (int)Math.Clamp(map.Length - offset, 0, length);

        // Populate right before touching: a page that cannot be read is an error here and would be the end of the
        // process there. The window between the two is described in docs/FORMAT.md.
        return map.TryPopulate(offset, length, out StorageException? error)
            ? map.Span(offset, length)
            : throw new BlockDamagedException(map.Path, offset, "this part of the file cannot be read", error!);
    }

    private static void CheckCrc(IMappedFile map, ReadOnlySpan<byte> bytes, uint crc, long offset, string what)
    {
        if (Crc32C.Compute(bytes) != crc)
        {
            throw new BlockDamagedException(map.Path, offset, what);
        }
    }
}
