// Makes a block of a bundle: cuts it into chunks, compresses them, adds the tile and the checksums.
// Owned by one worker and used by its thread only; in the long run it allocates nothing.

using LedgerStore.Engine.Format;
using LedgerStore.Engine.Foundation;
using LedgerStore.Proofs;

namespace LedgerStore.Engine.Segments;

/// <summary>Encodes blocks.</summary>
internal sealed class BlockEncoder(Lz4Effort effort)
{
    private readonly ChunkRow[] _chunks = new ChunkRow[StoreLimits.EntriesPerBundle];

    /// <summary>Room that always suffices for the block of a bundle.</summary>
    public static int BlockBytesBound(int rawBytes, int entries) => BlockFormat.BlockBytesBound(rawBytes, entries);

    /// <summary>Writes the block to the start of the destination.</summary>
    /// <param name="bundle">The entries in bundle encoding.</param>
    /// <param name="leaves">Their leaf hashes: as many as there are entries.</param>
    /// <param name="firstMicros">The time of the first entry; <paramref name="lastMicros"/> that of the last.</param>
    /// <param name="destination">At least <see cref="BlockBytesBound"/>; it need not be clear.</param>
    /// <returns>The length of the block.</returns>
    public int Encode(
        in BlockIdentity identity,
        ReadOnlySpan<byte> bundle,
        ReadOnlySpan<Hash256> leaves,
        long firstMicros,
        long lastMicros,
        Span<byte> destination)
    {
        Invariant.That(leaves.Length is >= 1 and <= StoreLimits.EntriesPerBundle, "a block has 1 to 256 entries");
        Invariant.That(firstMicros <= lastMicros, "time does not go back");
        int chunks = Cut(bundle, leaves.Length);
        int start = BlockFormat.HeaderBytes + (chunks * BlockFormat.ChunkRowBytes);
        int storedBytes = Compress(bundle, chunks, destination, start);

        ReadOnlySpan<byte> tile = Hash256.BytesOf(leaves);
        Span<byte> rest = destination[(start + storedBytes)..];
        tile.CopyTo(rest);
        BlockHeader header = new(
            identity,
            leaves.Length,
            bundle.Length,
            storedBytes,
            firstMicros,
            lastMicros,
            chunks,
            Crc32C.Compute(tile));
        destination[(start + storedBytes + tile.Length)..header.BlockBytes].Clear();
        header.Write(destination);
        return header.BlockBytes;
    }

    /// <summary>Divides the bundle into chunks of whole entries: as many as fit into 256 KiB each.</summary>
    private int Cut(ReadOnlySpan<byte> bundle, int entries)
    {
        int chunks = 0;
        int chunkStart = 0;
        int firstEntry = 0;
        int offset = 0;
        for (int entry = 0; entry < entries; entry++)
        {
            int end = BundleFormat.EntryEnd(bundle, offset);
            if (end - chunkStart > StoreLimits.ChunkBytesMax)
            {
                _chunks[chunks++] = new ChunkRow(firstEntry, offset - chunkStart, 0, false, 0);
                chunkStart = offset;
                firstEntry = entry;
            }

            offset = end;
        }

        Invariant.That(offset == bundle.Length, "a bundle is exactly its entries");
        _chunks[chunks++] = new ChunkRow(firstEntry, offset - chunkStart, 0, false, 0);
        return chunks;
    }

    /// <summary>Writes the chunks from <paramref name="start"/> on, and the chunk table.</summary>
    private int Compress(ReadOnlySpan<byte> bundle, int chunks, Span<byte> destination, int start)
    {
        int rawOffset = 0;
        int storedOffset = start;
        for (int i = 0; i < chunks; i++)
        {
            ReadOnlySpan<byte> raw = bundle.Slice(rawOffset, _chunks[i].RawBytes);

            // Worth it when it saves at least a sixteenth: else decoding would cost more than reading the rest. The
            // compressor gets no more room than that, so it gives up early on bytes that do not compress.
            int worth = raw.Length - ((raw.Length + 15) / 16);
            int stored = worth > 0 ? Lz4.Compress(raw, destination.Slice(storedOffset, worth), effort) : 0;
            bool isRaw = stored <= 0;
            if (isRaw)
            {
                raw.CopyTo(destination[storedOffset..]);
                stored = raw.Length;
            }

            uint crc = Crc32C.Compute(destination.Slice(storedOffset, stored));
            ChunkRow row = _chunks[i] with { StoredBytes = stored, IsRaw = isRaw, Crc = crc };
            row.Write(destination[(BlockFormat.HeaderBytes + (i * BlockFormat.ChunkRowBytes))..]);
            rawOffset += raw.Length;
            storedOffset += stored;
        }

        return storedOffset - start;
    }
}
