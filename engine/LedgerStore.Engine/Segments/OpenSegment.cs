// The segment that a ledger is writing: an append-only file of blocks. One thread appends; another may sync and seal;
// any thread reads the blocks that are there. What is written never changes, except that bytes of a write that failed
// for want of space are taken back.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>An incomplete segment file.</summary>
internal sealed class OpenSegment : SegmentSource, IDisposable
{
    private const long PageBytes = 4096;
    private const long SendBytes = 512 * 1024;
    private readonly FilePool _pool;
    private readonly PooledFile _file;
    private readonly BlockTable _blocks;
    private readonly SegmentIdentity _identity;

    // Of the appending thread: where the next block goes, and whether something is behind that place.
    private long _end;
    private bool _hasTail;

    // What lies before it is on its way to the disk. Without that a flush would write megabytes in one go, and the
    // journal's sync would wait behind them.
    private long _sentEnd;

    // Of the syncing thread.
    private bool _isEntrySynced;

    private OpenSegment(FilePool pool, PooledFile file, in SegmentIdentity identity, in SegmentScan scan)
    {
        _pool = pool;
        _file = file;
        _identity = identity;
        _blocks = scan.Blocks;
        _end = scan.End;
        _sentEnd = _end & -PageBytes;
        Damage = scan.Damage;
    }

    public override SegmentIdentity Identity => _identity;

    public override string Path => _file.Path;

    public override int Entries => _blocks.Entries;

    public override long FirstMicros => _blocks.TryFind(0, out DirectoryRow row) ? row.FirstMicros : 0;

    public override long RawBytes
    {
        get
        {
            long bytes = 0;
            for (int bundle = 0; _blocks.TryFind(bundle, out DirectoryRow row); bundle++)
            {
                bytes += row.RawBytes;
            }

            return bytes;
        }
    }

    public override long LastMicros => _blocks.TryFind(_blocks.Count - 1, out DirectoryRow row) ? row.LastMicros : 0;

    /// <summary>Bundles with a full block.</summary>
    public int FullBundles => _blocks.FullCount;

    /// <summary>Why trusted entries are missing, or null. Nothing is appended to a damaged segment.</summary>
    public BlockDamagedException? Damage { get; }

    /// <summary>Where the next block goes; behind <see cref="WriteFooter"/>, the length of the complete file.</summary>
    public long Length => _end;

    /// <summary>True once the footer is written.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Creates the file with its header. It is durable after <see cref="Sync"/>.</summary>
    /// <param name="directory">The ledger's directory of segments.</param>
    /// <param name="name">The file's name, if it is not the usual one.</param>
    public static OpenSegment Create(
        FilePool pool, string directory, in SegmentIdentity identity, long createdMicros, string? name = null)
    {
        name ??= SegmentFormat.FileName(identity.Segment, identity.Generation);
        PooledFile file = pool.Create(System.IO.Path.Combine(directory, name));
        try
        {
            Span<byte> header = stackalloc byte[SegmentFormat.HeaderBytes];
            new SegmentHeader(identity, createdMicros).Write(header);
            file.Write(0, header);
        }
        catch (StorageException)
        {
            file.Dispose();
            pool.FileSystem.Delete(file.Path);
            throw;
        }

        SegmentScan empty = new(new BlockTable(), SegmentFormat.HeaderBytes, null);
        return new OpenSegment(pool, file, identity, empty);
    }

    /// <summary>Opens a file again, up to what is known to be durable in it; see <see cref="SegmentScan"/>.</summary>
    /// <param name="mode">ReadWrite to append; ReadOnly to read or to copy from.</param>
    /// <param name="trustedSize">The ledger's size that its files are known to hold.</param>
    public static OpenSegment Reopen(
        FilePool pool, string directory, in SegmentIdentity identity, FileAccessMode mode, long trustedSize)
    {
        long trusted = trustedSize - SegmentFormat.FirstIndex(identity.Segment);
        PooledFile file = pool.Open(
            System.IO.Path.Combine(directory, SegmentFormat.FileName(identity.Segment, identity.Generation)),
            mode);
        try
        {
            using FileUse use = file.Use();
            SegmentScan scan = SegmentScan.Run(
                use.File,
                identity,
                (int)Math.Clamp(trusted, 0, StoreLimits.EntriesPerSegment));
            return new OpenSegment(pool, file, identity, scan)
            {
                _hasTail = use.File.Length > scan.End,
                _isEntrySynced = true,
            };
        }
        catch (StorageException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends a block: the next bundle's, or one that supersedes the last, partial one.</summary>
    /// <returns>Its offset.</returns>
    /// <exception cref="StorageException">
    /// With IsNoSpace: nothing of it is left in the file, and the same call can be made again. Any other: poison.
    /// </exception>
    public long Append(ReadOnlySpan<byte> block)
    {
        Invariant.That(Damage is null && !IsComplete, "blocks are appended to sound, incomplete segments");
        BlockHeader header = BlockHeader.Read(block);
        Invariant.That(
            header.Identity.LedgerId == _identity.LedgerId && header.Identity.Segment == _identity.Segment,
            "the block is of this segment");
        Invariant.That(header.BlockBytes == block.Length, "the block is whole");
        Invariant.That(_blocks.CanPlace(header.Identity.Bundle, header.Entries), "blocks come in order");
        long offset = _end;
        WriteAtEnd(block);
        SendSoon();
        _blocks.Place(header.Identity.Bundle, header.ToRow(offset));
        return offset;
    }

    /// <summary>Copies the blocks of the first bundles of another file of this segment, as they are stored.</summary>
    /// <param name="bundles">How many; all of them full in the other file.</param>
    /// <exception cref="BlockDamagedException">A block there is damaged; those before it are copied.</exception>
    public void CopyFullBlocksFrom(SegmentSource other, int bundles)
    {
        Invariant.That(
            other.Identity with { Generation = _identity.Generation } == _identity,
            "blocks are copied from another generation of the same segment");
        Invariant.That(other.TryEnter(out SegmentAccess access), "the file that is copied stays open");
        try
        {
            for (int bundle = FullBundles; bundle < bundles; bundle++)
            {
                Invariant.That(access.TryFind(bundle, out BlockPlace place), "the other file has the block");
                ReadOnlySpan<byte> block = access.Bytes(place.Offset, place.Length);
                BlockHeader header = BlockDecoder.ReadHeader(
                    block,
                    new BlockIdentity(_identity.LedgerId, _identity.Segment, bundle),
                    place);
                Invariant.That(!header.IsPartial, "the other file has the full block");
                BlockDecoder.CheckStored(block, header, place);
                Append(block);
            }
        }
        finally
        {
            access.Dispose();
        }
    }

    /// <summary>Completes the file: level-1 tile, directory, footer. Durable after <see cref="SyncAndSeal"/>.</summary>
    /// <param name="bundleRoots">256 bundle roots: the level-1 tile.</param>
    /// <param name="root">The root above them.</param>
    /// <exception cref="StorageException">As of <see cref="Append"/>.</exception>
    public void WriteFooter(ReadOnlySpan<Hash256> bundleRoots, Hash256 root)
    {
        Invariant.That(Damage is null && !IsComplete, "a segment is completed once");
        Invariant.That(FullBundles == StoreLimits.BundlesPerSegment, "a complete segment has 256 full blocks");
        Invariant.That(bundleRoots.Length == StoreLimits.BundlesPerSegment, "a level-1 tile has 256 hashes");
        byte[] trailer = new byte[SegmentFormat.TrailerBytes];
        Span<byte> tile = trailer.AsSpan(0, SegmentFormat.TileBytes);
        Hash256.BytesOf(bundleRoots).CopyTo(tile);
        Span<byte> directory = trailer.AsSpan(SegmentFormat.TileBytes, SegmentFormat.DirectoryBytes);
        DirectoryRow row = default;
        long firstMicros = 0;
        for (int bundle = 0; bundle < StoreLimits.BundlesPerSegment; bundle++)
        {
            Invariant.That(_blocks.TryFind(bundle, out row), "every bundle has a block");
            row.Write(directory[(bundle * SegmentFormat.RowBytes)..]);
            firstMicros = bundle == 0 ? row.FirstMicros : firstMicros;
        }

        SegmentFooter footer = new(
            _identity,
            root,
            firstMicros,
            row.LastMicros,
            Crc32C.Compute(tile),
            Crc32C.Compute(directory),
            _end + trailer.Length);
        footer.Write(trailer.AsSpan(SegmentFormat.TileBytes + SegmentFormat.DirectoryBytes));
        WriteAtEnd(trailer);
        IsComplete = true;
    }

    /// <summary>Makes the file and its name durable. A failure poisons.</summary>
    public void Sync()
    {
        _file.Sync();
        if (!_isEntrySynced)
        {
            _pool.FileSystem.SyncDirectory(Directory);
            _isEntrySynced = true;
        }
    }

    /// <summary>Makes the complete file durable and read-only.</summary>
    public void SyncAndSeal()
    {
        Invariant.That(IsComplete, "a segment is sealed when it is complete");
        _file.Sync();
        _file.EndWriting();
        _pool.FileSystem.MakeReadOnly(Path);
        _pool.FileSystem.SyncDirectory(Directory);
    }

    /// <summary>The row of a bundle's newest block.</summary>
    public bool TryFindRow(int bundle, out DirectoryRow row) => _blocks.TryFind(bundle, out row);

    public override bool TryEnter(out SegmentAccess access)
    {
        try
        {
            access = new SegmentAccess(this, _file.Use());
            return true;
        }
        catch (ObjectDisposedException)
        {
            access = default;
            return false;
        }
    }

    /// <summary>Closes the file as soon as nobody reads it. Sync first what shall be kept.</summary>
    public void Dispose() => _file.Dispose();

    private string Directory => System.IO.Path.GetDirectoryName(Path)!;

    private void SendSoon()
    {
        long end = _end & -PageBytes;
        if (end - _sentEnd >= SendBytes)
        {
            using FileUse use = _file.Use();
            use.File.Advise(FileAdvice.WriteSoon, _sentEnd, end - _sentEnd);
            _sentEnd = end;
        }
    }

    private void WriteAtEnd(ReadOnlySpan<byte> bytes)
    {
        if (_hasTail)
        {
            // Blocks of before a restart that were not trusted: cut, so that none of them shows up behind a later end.
            _file.SetLength(_end);
            _hasTail = false;
        }

        try
        {
            _file.Write(_end, bytes);
        }
        catch (StorageException cause) when (cause.IsNoSpace)
        {
            // Half of it may be there. Nothing refers to it, but it occupies space that others wait for.
            _file.SetLength(_end);
            throw;
        }

        _end += bytes.Length;
    }
}
