// Every path of the data directory, in one place (docs/FORMAT.md draws it). Pure: any thread.
//
//   LOCK  store.json  catalog  keys  reserve  cold  journal/  quarantine/
//   ledgers/<id>/state.log
//   ledgers/<id>/segments/<012d>.<generation>.seg and .tiles       by id: a name may be anything, an id is a number
//   ledgers/<id>/index/<012d>.idx                                  of a ledger that has the statements of an index

using System.Globalization;
using LedgerStore.Engine.Foundation;

namespace LedgerStore.Engine.Format;

/// <summary>The paths of one store.</summary>
internal sealed class StorePaths
{
    private const string SegmentSuffix = ".seg";
    private const string TilesSuffix = ".tiles";
    private const int SegmentDigits = 12;

    /// <param name="root">The data directory: an absolute path that does not end in a slash.</param>
    public StorePaths(string root)
    {
        Invariant.That(root.StartsWith('/') && !root.EndsWith('/'), "a data directory is an absolute path");
        Root = root;
    }

    public string Root { get; }

    public string Lock => Root + "/LOCK";

    public string StoreFile => Root + "/store.json";

    public string Catalog => Root + "/catalog";

    /// <summary>Which keys signed, since the first signature.</summary>
    public string Keys => Root + "/keys";

    public string Reserve => Root + "/reserve";

    public string JournalDirectory => Root + "/journal";

    /// <summary>An empty file: the cold directory has been used, and one without its mark is another one.</summary>
    public string ColdUsed => Root + "/cold";

    /// <summary>Bytes that recovery cut off: a torn tail is kept for whoever wants to look.</summary>
    public string QuarantineDirectory => Root + "/quarantine";

    public string LedgersDirectory => Root + "/ledgers";

    public string LedgerDirectory(uint ledgerId) =>
        string.Create(CultureInfo.InvariantCulture, $"{Root}/ledgers/{ledgerId}");

    public string StateLog(uint ledgerId) => LedgerDirectory(ledgerId) + "/state.log";

    public string SegmentsDirectory(uint ledgerId) => LedgerDirectory(ledgerId) + "/segments";

    public string Segment(uint ledgerId, long segment, uint generation) =>
        $"{SegmentsDirectory(ledgerId)}/{SegmentName(segment, generation)}";

    public string Tiles(uint ledgerId, long segment, uint generation) =>
        $"{SegmentsDirectory(ledgerId)}/{TilesName(segment, generation)}";

    public string IndexDirectory(uint ledgerId) => LedgerDirectory(ledgerId) + "/index";

    /// <summary>The index that entry <paramref name="segment"/> of a ledger of statements is about.</summary>
    public string Index(uint ledgerId, long segment) =>
        string.Create(CultureInfo.InvariantCulture, $"{IndexDirectory(ledgerId)}/{segment:D12}.idx");

    public static string SegmentName(long segment, uint generation) => SegmentFormat.FileName(segment, generation);

    /// <summary>What stands in for the payload of a segment that is cold or expired.</summary>
    public static string TilesName(long segment, uint generation) =>
        SegmentFormat.FileName(segment, generation)[..^SegmentSuffix.Length] + TilesSuffix;

    /// <summary>Reads the name of a segment file; false for every other name, also for one that is written differently.
    /// </summary>
    public static bool TryParseSegment(string name, out long segment, out uint generation) =>
        TryParse(name, SegmentSuffix, out segment, out generation) && SegmentName(segment, generation) == name;

    /// <summary>The same for a tiles file.</summary>
    public static bool TryParseTiles(string name, out long segment, out uint generation) =>
        TryParse(name, TilesSuffix, out segment, out generation) && TilesName(segment, generation) == name;

    /// <summary>Reads the name of a ledger's directory.</summary>
    public static bool TryParseLedger(string name, out uint ledgerId) =>
        uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out ledgerId)
        && ledgerId.ToString(CultureInfo.InvariantCulture) == name;

    private static bool TryParse(string name, string suffix, out long segment, out uint generation)
    {
        segment = 0;
        generation = 0;
        return name.Length > SegmentDigits + 1 + suffix.Length
            && name.EndsWith(suffix, StringComparison.Ordinal)
            && name[SegmentDigits] == '.'
            && long.TryParse(
                name.AsSpan(0, SegmentDigits), NumberStyles.None, CultureInfo.InvariantCulture, out segment)
            && uint.TryParse(
                name.AsSpan(SegmentDigits + 1, name.Length - SegmentDigits - 1 - suffix.Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out generation);
    }
}
