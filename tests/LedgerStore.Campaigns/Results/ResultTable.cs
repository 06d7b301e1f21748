// Results as the table of docs/RELIABILITY.md: one row for each campaign, its runs added up. Pure.
//   records  that were acknowledged, each listed and synced by the client
//   named    acknowledged records that a damaged store says it cannot give
//   outage   the longest time without an acknowledgement
//   bound    none in n faults: with 95 % confidence less than 3/n of such faults do harm
using System.Globalization;
using System.Text;

namespace LedgerStore.Campaigns.Results;

/// <summary>`table`.</summary>
internal static class ResultTable
{
    // Fewer say nothing: 3/n is more than all.
    private const int FaultsOfABound = 3;

    private const string Head = """
        | campaign | runs | time | faults | records | lost | doubled | wrong | unexplained | named | outage | bound |
        |---|---|---|---|---|---|---|---|---|---|---|---|
        """;

    public static string Of(IEnumerable<ResultRow> rows)
    {
        StringBuilder table = new(Head + "\n");
        foreach (IGrouping<string, ResultRow> campaign in rows.GroupBy(static row => row.Campaign))
        {
            ResultRow[] ran = [.. campaign.Where(static row => row.DidNotRun is null)];
            table.Append(ran.Length > 0
                ? Row(campaign.Key, ran)
                : $"| {campaign.Key} | did not run: {campaign.First().DidNotRun} |{new string('|', 10)}");
            table.Append('\n');
        }

        return table.ToString();
    }

    private static string Row(string campaign, ResultRow[] runs)
    {
        int faults = runs.Sum(static row => row.FaultCount);
        long bad = runs.Sum(static r => r.Verdict.Lost + r.Verdict.Doubled + r.Verdict.Wrong + r.Verdict.Unexplained);
        IEnumerable<string> kinds = runs
            .SelectMany(static row => row.Faults)
            .GroupBy(static fault => fault.Key, static fault => fault.Value)
            .Select(static kind => $"{kind.Sum():N0} {kind.Key}");
        string[] cells =
        [
            campaign,
            Text(runs.Length),
            Time(runs.Sum(static row => row.Seconds)),
            $"{faults:N0}: {string.Join(", ", kinds)}",
            Text(runs.Sum(static row => row.Verdict.Acknowledged)),
            Text(runs.Sum(static row => row.Verdict.Lost)),
            Text(runs.Sum(static row => row.Verdict.Doubled)),
            Text(runs.Sum(static row => row.Verdict.Wrong)),
            Text(runs.Sum(static row => row.Verdict.Unexplained)),
            Text(runs.Sum(static row => row.Verdict.Named)),
            $"{runs.Max(static row => row.Verdict.LongestOutageMillis) / 1000.0:N1} s",
            bad == 0 && faults > FaultsOfABound
                ? string.Create(CultureInfo.InvariantCulture, $"below {3.0 / faults:P2} of faults")
                : "-",
        ];
        return $"| {string.Join(" | ", cells)} |";
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:N1} min");
}
