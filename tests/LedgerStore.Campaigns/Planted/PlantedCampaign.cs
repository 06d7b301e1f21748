// Every planted fault must be found by the campaign that is there for it: else the campaign proves nothing. One after
// the other.
using LedgerStore.Campaigns.Results;

namespace LedgerStore.Campaigns.Planted;

/// <summary>`planted`.</summary>
internal static class PlantedCampaign
{
    /// <returns>Whether all of them were found.</returns>
    public static async Task<bool> RunAsync(Options options)
    {
        string server = await PlantedBuild.MakeAsync();
        int missed = 0;
        List<string> lines = [];
        foreach (PlantedFault fault in PlantedFault.All.Where(f => (options.Planted ?? f.Name) == f.Name))
        {
            ResultRow row = await Campaigns.RowAsync(options with
            {
                Campaign = fault.Campaign,
                Planted = fault.Name,
                ServerDll = server,
            });
            string verdict = row.DidNotRun is { } reason ? $"DID NOT RUN: {reason}"
                : row.Verdict.IsClean ? "MISSED" : "found";
            missed += verdict == "MISSED" ? 1 : 0;
            lines.Add($"planted '{fault.Name}' ({fault.What}): {verdict} by {fault.Campaign} after {row.Seconds:N0} s");
        }

        lines.ForEach(Console.WriteLine);
        return missed == 0;
    }
}
