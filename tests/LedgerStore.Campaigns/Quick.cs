// The quick setting, which CI runs: every campaign for its share of a short time, one after the other, and beside them
// the planted faults that a kill shows. What cannot run where it stands is said and counted.
using System.Diagnostics;
using LedgerStore.Campaigns.Planted;
using LedgerStore.Campaigns.Results;

namespace LedgerStore.Campaigns;

/// <summary>`quick`.</summary>
internal static class Quick
{
    private static readonly TimeSpan s_untilFound = TimeSpan.FromSeconds(60);

    // Starts, last looks and the end of each come on top: about twelve seconds.
    private static readonly (string Campaign, int Share)[] s_shares =
    [
        ("kill", 3), ("power-ext4", 2), ("power-xfs", 2), ("calls", 3), ("disk", 3), ("damage", 5), ("flood", 2),
    ];

    /// <returns>Whether the built server is clean, and every planted fault was found.</returns>
    public static async Task<bool> RunAsync(Options options)
    {
        // Both mostly wait for processes to start.
        long started = Stopwatch.GetTimestamp();
        PlantedFault[] faults = [.. PlantedFault.All.Where(fault => PlantedCampaign.Quickest.Contains(fault.Name))];
        Task<bool> finding = Task.Run(() => PlantedCampaign.RunAsync(options with { For = s_untilFound }, faults));
        TimeSpan part = options.For / s_shares.Sum(static one => one.Share);
        List<ResultRow> rows = [];
        foreach ((string campaign, int share) in s_shares)
        {
            rows.Add(await Campaigns.RowAsync(options with { Campaign = campaign, For = part * share }));
        }

        bool areFound = await finding;
        Console.WriteLine(ResultTable.Of(rows));
        foreach (ResultRow none in rows.Where(static row => row.DidNotRun is not null))
        {
            Console.WriteLine($"{none.Campaign} did not run on this machine: {none.DidNotRun}");
        }

        foreach (ResultRow idle in rows.Where(static row => row.DidNotRun is null && row.FaultCount == 0))
        {
            Console.WriteLine($"{idle.Campaign} met no fault in its time, and shows nothing");
        }

        int ran = rows.Count(static row => row.DidNotRun is null);
        int clean = rows.Count(static row => row.DidNotRun is null && row.Verdict.IsClean);
        Console.WriteLine(
            $"{ran} of {rows.Count} campaigns ran, {clean} of them clean; planted faults were "
            + $"{(areFound ? "found" : "MISSED")}; {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s");
        return clean == ran && ran > 0 && areFound;
    }
}
