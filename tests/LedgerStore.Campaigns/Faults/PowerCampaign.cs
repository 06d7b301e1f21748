// Power cuts: ext4 and XFS are shut down under load, so that nothing more reaches the disk, mounted again, and their
// own log is replayed. What the page cache had and no sync had written is gone. What the disk was given it keeps: the
// cuts of DiskCampaign take that away too.
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;

namespace LedgerStore.Campaigns.Faults;

/// <summary>`power-ext4` and `power-xfs`.</summary>
internal static class PowerCampaign
{
    private const int StorageFailure = 70;
    private const int FullLookEvery = 6;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    public static Task Ext4Async(Options options, ResultRow row, string home) => RunAsync("ext4", options, row, home);

    public static Task XfsAsync(Options options, ResultRow row, string home) => RunAsync("xfs", options, row, home);

    private static async Task RunAsync(string type, Options options, ResultRow row, string home)
    {
        if (Volumes.TryMake(type, home, isSick: false, row) is not { } volume)
        {
            return;
        }

        using (volume)
        {
            await using Scene scene = new(options, row, home, volume.Data, s_pause);
            scene.Server.Before = volume.Enter;
            await CutAsync(scene, volume, options.For);
        }
    }

    private static async Task CutAsync(Scene scene, Volume volume, TimeSpan time)
    {
        await scene.OpenAsync();
        long until = Environment.TickCount64 + (long)time.TotalMilliseconds;
        for (int round = 1; Environment.TickCount64 < until && !scene.MustEnd; round++)
        {
            await Task.Delay(scene.Random.Next(100, 2_500));
            bool flushLog = scene.Random.Next(4) == 0;
            bool isKilled = scene.Random.Next(2) == 0;
            scene.Row.Count(flushLog ? "power cut, log flushed" : "power cut");
            volume.CutPower(flushLog);
            if (isKilled)
            {
                await scene.Server.KillAsync();
            }

            await EndAsync(scene, isKilled);
            volume.Unmount();
            volume.Mount();
            if (!await scene.StartAsync("a power cut"))
            {
                return;
            }

            await scene.LookAsync(isFull: round % FullLookEvery == 0);
        }

        await scene.CloseAsync();
    }

    /// <summary>A server whose disk is gone stops by itself.</summary>
    private static async Task EndAsync(Scene scene, bool isKilled)
    {
        Task<int> end = scene.Server.EndAsync();
        if (await Task.WhenAny(end, Task.Delay(s_patience)) != end)
        {
            scene.Row.Verdict.Explain(isWrong: false, "the server goes on without its disk");
            await scene.Server.KillAsync();
        }
        else if (!isKilled && await end != StorageFailure)
        {
            scene.Row.Verdict.Explain(
                isWrong: false, $"without its disk it ended with {await end}:\n    {scene.Server.LastWords}");
        }
    }
}
