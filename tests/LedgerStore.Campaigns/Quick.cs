// The quick setting, which CI runs: every campaign for a short time, one after the other, and beside them the planted
// faults.
using LedgerStore.Campaigns.Planted;
using LedgerStore.Campaigns.Results;

namespace LedgerStore.Campaigns;

/// <summary>`quick`.</summary>
internal static class Quick
{
    private static readonly TimeSpan UntilFound = TimeSpan.FromSeconds(60);

    private static readonly (string Campaign, TimeSpan For)[] Short =
    [
        ("kill", TimeSpan.FromSeconds(25)),
        ("power-ext4", TimeSpan.FromSeconds(15)),
        ("power-xfs", TimeSpan.FromSeconds(15)),
        ("calls", TimeSpan.FromSeconds(25)),
        ("disk", TimeSpan.FromSeconds(25)),
        ("damage", TimeSpan.FromSeconds(45)),
        ("flood", TimeSpan.FromSeconds(18)),
    ];

    /// <returns>Whether the built server is clean, and every planted fault was found.</returns>
    public static async Task<bool> RunAsync(Options options)
    {
        // Both mostly wait for processes to start.
        PlantedFault[] faults = [.. PlantedFault.All.Where(fault => PlantedCampaign.Quickest.Contains(fault.Name))];
        Task<bool> finding = Task.Run(() => PlantedCampaign.RunAsync(options with { For = UntilFound }, faults));
        bool isClean = true;
        List<ResultRow> rows = [];
        foreach ((string campaign, TimeSpan time) in Short)
        {
            ResultRow row = await Campaigns.RowAsync(options with { Campaign = campaign, For = time });
            rows.Add(row);
            isClean &= row.Verdict.IsClean;
        }

        bool areFound = await finding;
        Console.WriteLine(ResultTable.Of(rows));
        int none = rows.Count(static row => row.DidNotRun is not null);
        if (none > 0)
        {
            Console.WriteLine($"{none} of {rows.Count} campaigns did not run on this machine: see their reasons above");
        }

        return isClean && areFound;
    }
}
