// What the campaign measured as docs/SECURITY.md shows it: a row for each record and each thing that is done to files,
// and who noticed. A page is right when everybody who it says notices did. Pure; any thread.

using System.Text;

namespace LedgerStore.Tests.Engine.Tamper.Campaign;

internal static class CampaignTable
{
    public const string Begin = "<!-- campaign: made by the tests, do not edit -->";
    public const string End = "<!-- campaign: end -->";
    private const string Always = "yes";

    private static readonly (string Name, Func<Verdict, bool> Has)[] s_who =
    [
        ("start", static one => one.HasStartRefused),
        ("readers", static one => one.IsReaderRefused),
        ("scrubber", static one => one.Noticed.HasFlag(Notice.Scrubber)),
        ("`verify`", static one => one.Noticed.HasFlag(Notice.Verify)),
        ("with a kept checkpoint", static one => one.Noticed.HasFlag(Notice.Kept)),
        ("with the anchor", static one => one.Noticed.HasFlag(Notice.Anchor)),
    ];

    /// <summary>The whole part of the page.</summary>
    public static string Write(IReadOnlyList<(Forgery Forgery, Verdict Verdict)> done)
    {
        StringBuilder page = new();
        page.Append(Begin).Append("\n\n| file | what is forged | without effect |");
        foreach ((string name, _) in s_who)
        {
            page.Append(' ').Append(name).Append(" |");
        }

        page.Append("\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (string[] row in Rows(done))
        {
            page.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }

        page.Append("\nWhat `verify` does not notice:\n\n");
        foreach (KnownGap gap in KnownGap.All)
        {
            page.Append("- **").Append(gap.What).Append("**: ").Append(gap.Reason).Append('\n');
        }

        return page.Append('\n').Append(End).ToString();
    }

    /// <summary>What a page promises and the campaign did not find.</summary>
    public static IEnumerable<string> Broken(string page, IReadOnlyList<(Forgery Forgery, Verdict Verdict)> done)
    {
        Dictionary<string, string[]> promised = page.Split('\n')
            .Where(static line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(static line => line.Trim('|', ' ').Split(" | "))
            .Where(static row => row.Length == 3 + s_who.Length)
            .ToDictionary(static row => row[0] + ": " + row[1]);
        foreach (string[] row in Rows(done))
        {
            if (!promised.TryGetValue(row[0] + ": " + row[1], out string[]? said))
            {
                yield return $"the page has no row for '{row[0]}: {row[1]}'";
                continue;
            }

            for (int i = 0; i < s_who.Length; i++)
            {
                if (said[3 + i] == Always && row[3 + i] is not (Always or "-"))
                {
                    yield return $"'{row[0]}: {row[1]}': {s_who[i].Name} is promised, and it is '{row[3 + i]}'";
                }
            }
        }

        foreach (KnownGap gap in KnownGap.All.Where(gap => !page.Contains(gap.Reason, StringComparison.Ordinal)))
        {
            yield return $"the page does not name the gap '{gap.What}'";
        }
    }

    private static IEnumerable<string[]> Rows(IReadOnlyList<(Forgery Forgery, Verdict Verdict)> done) =>
        from row in done.GroupBy(static one => (one.Forgery.File, one.Forgery.Record))
        orderby row.Key.File, row.Key.Record
        let harmful = row.Select(static one => one.Verdict).Where(static one => !one.IsHarmless).ToArray()
        let harmless = harmful.Length == 0 ? "always" : harmful.Length < row.Count() ? "in part" : "never"
        select (string[])[row.Key.File, row.Key.Record, harmless, .. s_who.Select(who => Share(harmful, who.Has))];

    private static string Share(Verdict[] harmful, Func<Verdict, bool> has) => harmful.Count(has) switch
    {
        _ when harmful.Length == 0 => "-",
        0 => "no",
        var count => count == harmful.Length ? Always : "in part",
    };
}
