// Every planted fault must be found by the campaign that is there for it: else the campaign proves nothing. One after
// the other.
using LedgerStore.Campaigns.Results;

namespace LedgerStore.Campaigns.Planted;

/// <summary>`planted`.</summary>
internal static class PlantedCampaign
{
    /// <summary>Those that a kill shows within seconds.</summary>
    public static IReadOnlyList<string> Quickest { get; } = ["short-recovery", "twice"];

    /// <returns>Whether all of them were found.</returns>
    public static Task<bool> RunAsync(Options options) =>
        RunAsync(options, [.. PlantedFault.All.Where(f => (options.Planted ?? f.Name) == f.Name)]);

    /// <summary>The same for chosen ones.</summary>
    public static async Task<bool> RunAsync(Options options, IReadOnlyList<PlantedFault> faults)
    {
        string server = await PlantedBuild.MakeAsync();
        int missed = 0;
        List<string> lines = [];
        foreach (PlantedFault fault in faults)
        {
            ResultRow row = await Campaigns.RowAsync(options with
            {
                Campaign = fault.Campaign,
                Planted = fault.Name,
                ServerDll = server,
            });
            bool isMissed = row.DidNotRun is null && !fault.IsFound(row.Verdict);
            string verdict = row.DidNotRun is { } reason ? $"DID NOT RUN: {reason}" : isMissed ? "MISSED" : "found";
            missed += isMissed ? 1 : 0;
            lines.Add($"planted '{fault.Name}' ({fault.What}): {verdict} by {fault.Campaign} after {row.Seconds:N0} s");
        }

        lines.ForEach(Console.WriteLine);
        return missed == 0;
    }
}
