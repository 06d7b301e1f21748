// What the campaign `intake` found of each sender, as a table for docs/RELIABILITY.md: its runs added up. Pure.
//   again      requests that were sent again because no success was heard, as far as the sender says
//   twice      events that are there more than once: under way at a kill, or sent again without an id
//   not there  events that a sender which is never answered had handed to the network, and that are in no ledger
using System.Globalization;
using System.Text;
using LedgerStore.Campaigns.Senders;

namespace LedgerStore.Campaigns.Results;

/// <summary>`table`, its second part.</summary>
internal static class SenderTable
{
    private const string Head = """
        | sender | events | acknowledged | again | twice | not there |
        |---|---|---|---|---|---|
        """;

    private static readonly string[] s_columns = ["events", "acknowledged", "requests again", "twice", "not there"];

    /// <summary>Empty when no run of it is among the rows.</summary>
    public static string Of(IEnumerable<ResultRow> rows)
    {
        ResultRow[] runs = [.. rows.Where(static row => row.Campaign == "intake" && row.DidNotRun is null)];
        string[] senders =
        [
            .. SenderCast.All.Where(name => runs.Any(row => row.Figures.ContainsKey($"{name}: events"))),
        ];
        StringBuilder table = new(senders.Length == 0 ? string.Empty : Head + "\n");
        foreach (string name in senders)
        {
            IEnumerable<string> cells = s_columns.Select(column => runs
                .Sum(row => row.Figures.GetValueOrDefault($"{name}: {column}"))
                .ToString("N0", CultureInfo.InvariantCulture));
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", cells)} |\n");
        }

        return table.ToString();
    }
}
