// The quick setting, which CI runs: every campaign for a short time, then the planted faults. One after the other.
using LedgerStore.Campaigns.Planted;
using LedgerStore.Campaigns.Results;

namespace LedgerStore.Campaigns;

/// <summary>`quick`.</summary>
internal static class Quick
{
    private static readonly TimeSpan UntilFound = TimeSpan.FromSeconds(60);

    private static readonly (string Campaign, TimeSpan For)[] Short =
    [
        ("kill", TimeSpan.FromSeconds(30)),
        ("power-ext4", TimeSpan.FromSeconds(15)),
        ("power-xfs", TimeSpan.FromSeconds(15)),
    ];

    /// <returns>Whether the built server is clean, and every planted fault was found.</returns>
    public static async Task<bool> RunAsync(Options options)
    {
        bool isClean = true;
        List<ResultRow> rows = [];
        foreach ((string campaign, TimeSpan time) in Short)
        {
            ResultRow row = await Campaigns.RowAsync(options with { Campaign = campaign, For = time });
            rows.Add(row);
            isClean &= row.Verdict.IsClean;
        }

        Console.WriteLine(ResultTable.Of(rows));
        bool areFound = await PlantedCampaign.RunAsync(options with { For = UntilFound });
        return isClean && areFound;
    }
}
