// Reads one block and computes its entries' hashes anew, to be compared with its tile and with what is above it.
// Scratch memory of one verification, owned by one thread.

using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>Recomputes bundles, one at a time.</summary>
internal sealed class BundleVerifier
{
    private readonly int[] _offsets = new int[StoreLimits.EntriesPerBundle + 1];
    private readonly Hash256[] _leaves = new Hash256[StoreLimits.EntriesPerBundle];
    private readonly Hash256[] _tile = new Hash256[StoreLimits.EntriesPerBundle];
    private readonly Hash256[] _scratch = new Hash256[StoreLimits.EntriesPerBundle];
    private byte[] _block = [];
    private byte[] _bundle = [];
    private int _entries;
    private int _rawBytes;

    /// <summary>The entries in bundle encoding.</summary>
    public ReadOnlySpan<byte> Bundle => _bundle.AsSpan(0, _rawBytes);

    /// <summary>Where the payload of the block is: without it there is nothing to compute the leaves of, and those of
    /// the tile stand for them.</summary>
    public BlockPayload Payload { get; private set; }

    /// <summary>The leaf hashes of the entries, computed.</summary>
    public ReadOnlySpan<Hash256> Leaves => _leaves.AsSpan(0, _entries);

    /// <summary>The leaf hashes as the block's tile has them.</summary>
    public ReadOnlySpan<Hash256> Tile => _tile.AsSpan(0, _entries);

    /// <summary>The first slot whose entry has not the hash that the tile says; the count when there is none.</summary>
    public int FirstDifference => Leaves.CommonPrefixLength(Tile);

    /// <summary>The root over 256 computed leaves.</summary>
    public Hash256 Root => PerfectRoot(_leaves);

    /// <summary>The root over the 256 hashes of the tile.</summary>
    public Hash256 TileRoot => PerfectRoot(_tile);

    /// <summary>Reads and decodes a block, computes its leaves, and reads its tile.</summary>
    /// <param name="expected">What the directory, or an earlier look at the header, says of the block.</param>
    /// <exception cref="BlockDamagedException">They are not the bytes of a sound block, or of another one.</exception>
    public void Read(IFile file, in BlockIdentity identity, in DirectoryRow expected)
    {
        BlockPlace place = new(file.Path, expected.Offset, expected.StoredBytes);
        Span<byte> block = Room(ref _block, expected.StoredBytes);
        ReadExactly(file, expected.Offset, block);
        BlockHeader header = BlockDecoder.ReadHeader(block, identity, place);
        if (header.ToRow(expected.Offset) != expected)
        {
            throw new BlockDamagedException(
                file.Path,
                expected.Offset,
                $"the block says {header.ToRow(expected.Offset)}, the directory {expected}");
        }

        _entries = header.Entries;
        Payload = header.Payload;
        if (Payload != BlockPayload.Here)
        {
            BlockDecoder.ReadTile(block.Slice(header.TileOffset, header.TileBytes), header, place, _tile);
            _tile.AsSpan(0, _entries).CopyTo(_leaves);
            return;
        }

        _rawBytes = header.RawBytes;
        Span<byte> bundle = Room(ref _bundle, header.RawBytes);
        BlockDecoder.Decode(block, header, place, bundle, _offsets.AsSpan(0, _entries + 1));
        BlockDecoder.ReadTile(block.Slice(header.TileOffset, header.TileBytes), header, place, _tile);
        Sha256Batch.HashBundle(bundle, _leaves.AsSpan(0, _entries));
    }

    /// <summary>Entries are found by the times that the directory says: they must be those of the entries.</summary>
    /// <returns>What is wrong with them, or null.</returns>
    public string? WrongTime(in DirectoryRow row)
    {
        if (Payload != BlockPayload.Here)
        {
            return null;
        }

        try
        {
            (long first, long last) = Times();
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

    /// <summary>When the first and the last entry were received.</summary>
    /// <exception cref="MalformedDataException">One of them is not an entry.</exception>
    public (long First, long Last) Times() => (ReceivedMicros(0), ReceivedMicros(_entries - 1));

    /// <summary>The root over 256 hashes.</summary>
    public Hash256 PerfectRoot(ReadOnlySpan<Hash256> hashes) => Sha256Batch.PerfectRoot(hashes, _scratch);

    /// <summary>Reads, and takes the end of the file and an error of the disk for damage.</summary>
    public static void ReadExactly(IFile file, long offset, Span<byte> bytes)
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

    private long ReceivedMicros(int slot) => BundleFormat.ReceivedMicros(
        _bundle.AsSpan(_offsets[slot] + BlockFormat.EntryPrefixBytes, _offsets[slot + 1] - _offsets[slot] - 2));

    private static Span<byte> Room(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(length, buffer.Length * 2));
        }

        return buffer.AsSpan(0, length);
    }
}
