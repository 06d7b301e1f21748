// The constants of a segment file: 65,536 entries of one ledger, 256 bundles, one perfect subtree.
// Pure: any thread. docs/FORMAT.md draws the whole file; these numbers never change, versions are added.

using LedgerStore.Proofs;

namespace LedgerStore.Engine.Format;

/// <summary>Where things are in a segment file.</summary>
/// <remarks>
/// <code>
/// 0                  header                 64 B
/// 64                 blocks                 each a multiple of 8 B; a later block supersedes one of the same number
/// directory - 8,192  level-1 tile           256 bundle roots            (complete segments only, from here on)
/// directory          directory              256 rows of 40 B
/// length - 128       footer                 128 B
/// </code>
/// </remarks>
internal static class SegmentFormat
{
    public const uint Version = 1;

    public const int HeaderBytes = 64;
    public const int RowBytes = 40;
    public const int FooterBytes = 128;
    public const int DirectoryBytes = StoreLimits.BundlesPerSegment * RowBytes;

    /// <summary>256 hashes: a level-1 tile, and the level-0 tile of a full block.</summary>
    public const int TileBytes = StoreLimits.EntriesPerBundle * Hash256.Length;

    /// <summary>Everything behind the blocks of a complete segment.</summary>
    public const int TrailerBytes = TileBytes + DirectoryBytes + FooterBytes;

    /// <summary>"LSSEGMT1", read as a little-endian integer.</summary>
    public const ulong HeaderMagic = 0x3154_4D47_4553_534C;

    /// <summary>"LSSEGEND", read as a little-endian integer.</summary>
    public const ulong FooterMagic = 0x444E_4547_4553_534C;

    /// <summary>The entries before this segment.</summary>
    public static long FirstIndex(long segment) => segment * StoreLimits.EntriesPerSegment;

    /// <summary>The file's name in the ledger's directory of segments.</summary>
    public static string FileName(long segment, uint generation) => $"{segment:D12}.{generation}.seg";
}
