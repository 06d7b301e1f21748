// The constants of a block: one bundle of up to 256 entries, compressed in chunks, with its level-0 tile.
// Pure: any thread. docs/FORMAT.md draws it; these numbers never change, versions are added.

using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>Where things are in a block.</summary>
/// <remarks>
/// <code>
/// 0                  header          64 B
/// 64                 chunk table     16 B for each chunk
///                    chunks          as stored, one after the other
///                    tile            32 B for each entry
///                    padding         zeros to a multiple of 8
/// </code>
/// </remarks>
internal static class BlockFormat
{
    /// <summary>"LSBK", read as a little-endian integer.</summary>
    public const uint Magic = 0x4B42_534C;

    public const ushort Version = 1;
    public const int HeaderBytes = 64;
    public const int ChunkRowBytes = 16;
    public const int Alignment = 8;

    /// <summary>The length prefix of an entry in a bundle: u16 big-endian.</summary>
    public const int EntryPrefixBytes = 2;

    /// <summary>Header and chunk table of the block with the most chunks.</summary>
    public const int HeadBytesMax = HeaderBytes + (StoreLimits.EntriesPerBundle * ChunkRowBytes);

    /// <summary>The largest block: every chunk raw, and every entry too large to share its chunk.</summary>
    public const int BlockBytesMax = HeadBytesMax + StoreLimits.BundleBytesMax + SegmentFormat.TileBytes + Alignment;

    /// <summary>The length of a block, from its header to its padding.</summary>
    public static int BlockBytes(int chunks, int storedBytes, int entries) =>
        AlignUp(HeaderBytes + (chunks * ChunkRowBytes) + storedBytes + (entries * Hash256.Length));

    /// <summary>Room that always suffices for the block of a bundle.</summary>
    public static int BlockBytesBound(int rawBytes, int entries) => BlockBytes(entries, rawBytes, entries);

    public static bool IsPossibleRawLength(int rawBytes, int entries) =>
        rawBytes >= entries * EntryPrefixBytes && rawBytes <= entries * (StoreLimits.EntryBytesMax + EntryPrefixBytes);

    private static int AlignUp(int bytes) => (bytes + Alignment - 1) & ~(Alignment - 1);
}
