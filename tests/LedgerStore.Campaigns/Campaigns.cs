// The campaigns by name, and what is the same for all: a directory of its own, the seed, the result. One at a time.
using System.Diagnostics;
using System.Globalization;
using LedgerStore.Campaigns.Faults;
using LedgerStore.Campaigns.Results;

namespace LedgerStore.Campaigns;

/// <summary>Runs a campaign.</summary>
internal static class Campaigns
{
    private static readonly Dictionary<string, Func<Options, ResultRow, string, Task>> s_all = new(
        StringComparer.Ordinal)
    {
        ["kill"] = KillCampaign.RunAsync,
        ["calls"] = CallCampaign.RunAsync,
        ["damage"] = DamageCampaign.RunAsync,
        ["disk"] = DiskCampaign.RunAsync,
        ["flood"] = FloodCampaign.RunAsync,
        ["intake"] = IntakeCampaign.RunAsync,
        ["soak"] = SoakCampaign.RunAsync,
        ["power-ext4"] = PowerCampaign.Ext4Async,
        ["power-xfs"] = PowerCampaign.XfsAsync,
    };

    public static bool Has(string name) => s_all.ContainsKey(name);

    /// <returns>Whether nothing was found.</returns>
    public static async Task<bool> RunAsync(Options options)
    {
        ResultRow row = await RowAsync(options);
        if (options.Out is { } file)
        {
            await File.AppendAllTextAsync(file, row.ToJson() + "\n");
        }

        return row.Verdict.IsClean;
    }

    public static async Task<ResultRow> RowAsync(Options options)
    {
        string name = options.Command + (options.Planted is { } planted ? $"   (planted: {planted})" : "");
        Console.WriteLine("begins: " + name);
        string home = Directory.CreateTempSubdirectory("ledgerstore-campaign-").FullName;
        ResultRow row = new()
        {
            Campaign = options.Campaign,
            Command = options.Command,
            Seed = options.Seed,
            Began = DateTime.UtcNow.ToString("u", CultureInfo.InvariantCulture),
        };
        long started = Stopwatch.GetTimestamp();
        try
        {
            await s_all[options.Campaign](options, row, home);
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error);
            row.Verdict.Explain(isWrong: false, $"the campaign ended early: {error.GetType().Name}: {error.Message}");
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }

        row.Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1);
        string faults = string.Join(", ", row.Faults.Select(static f => $"{f.Value} x {f.Key}"));
        Console.WriteLine(row.DidNotRun is { } reason
            ? $"{name}\n  did not run: {reason}"
            : $"{name}\n  {row.Seconds:N0} s; {faults}\n  {row.Verdict}");
        return row;
    }
}
