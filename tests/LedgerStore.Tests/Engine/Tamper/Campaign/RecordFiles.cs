// The files of a store that hold records: which they are, in which format, and as the evidence table calls them.
// Stateless.

using System.Text.RegularExpressions;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

/// <summary>One of them, by its path below the home of a store.</summary>
internal sealed record RecordFile(string Path, string Kind, IRecordFormat Format)
{
    public string Label => LabelOf(Path);

    /// <summary>A name that is the same for every store: the places of cold payloads have random parts.</summary>
    public static string LabelOf(string path) => Regex.Replace(
        path,
        "(?<=^cold/)[0-9a-f]{32}|-[0-9a-f]{64}",
        static found => found.Length == 32 ? "store" : string.Empty,
        RegexOptions.None,
        TimeSpan.FromMinutes(1));
}

internal static class RecordFiles
{
    private static readonly CommittedRecords s_committed = new();

    /// <summary>All of a store.</summary>
    /// <param name="home">The directory that has data, cold and anchor.</param>
    public static List<RecordFile> Of(string home)
    {
        List<RecordFile> files = [];
        string[] all = Directory.GetFiles(home, "*", SearchOption.AllDirectories);
        foreach (string path in all.Order(StringComparer.Ordinal))
        {
            string name = System.IO.Path.GetRelativePath(home, path);
            (string Kind, IRecordFormat Format)? known = System.IO.Path.GetFileName(path) switch
            {
                "catalog" => (RecordShapes.Catalog, s_committed),
                "keys" => (RecordShapes.Keys, s_committed),
                "state.log" => (RecordShapes.State, s_committed),
                "store.json" => (RecordShapes.Store, new StoreJsonRecords()),
                "anchor" => (RecordShapes.Anchor, new AnchorRecords()),
                var one when one.EndsWith(".jnl", StringComparison.Ordinal) =>
                    (RecordShapes.Journal, new JournalRecords()),
                var one when one.EndsWith(".seg", StringComparison.Ordinal)
                    || one.EndsWith(".tiles", StringComparison.Ordinal) =>
                    (RecordShapes.Segments, new SegmentRecords()),
                _ => null,
            };
            if (known is { } file)
            {
                files.Add(new RecordFile(name, file.Kind, file.Format));
            }
        }

        return files;
    }
}
