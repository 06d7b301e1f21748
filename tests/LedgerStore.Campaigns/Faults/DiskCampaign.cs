// A sick disk: ext4 on a loop device whose every request is answered by a process of this program, which fails writes,
// reads or flushes, is slow, is full, heals, and loses its power with a cache: of what was written and not flushed, any
// sector may be there and any may not.
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;

namespace LedgerStore.Campaigns.Faults;

/// <summary>`disk`.</summary>
internal static class DiskCampaign
{
    private const int StorageFailure = 70;
    private const int FullLookEvery = 6;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private static readonly string[] s_kinds =
        ["power cut with a cache", "fail-writes", "fail-syncs", "full", "slow", "fail-reads"];

    public static async Task RunAsync(Options options, ResultRow row, string home)
    {
        if (Volumes.TryMake("ext4", home, isSick: true, row) is not { } volume)
        {
            return;
        }

        using (volume)
        {
            await using Scene scene = new(options, row, home, volume.Data, s_pause);
            scene.Server.Before = volume.Enter;
            await scene.OpenAsync();
            long until = Environment.TickCount64 + (long)options.For.TotalMilliseconds;
            for (int round = 1; Environment.TickCount64 < until && !scene.MustEnd; round++)
            {
                await Task.Delay(scene.Random.Next(100, 2_500));
                string kind = options.Planted is null ? s_kinds[scene.Random.Next(s_kinds.Length)] : s_kinds[0];
                row.Count(kind);
                await FaultAsync(scene, volume, kind);
                if (!scene.Server.IsRunning && !await scene.StartAsync(kind))
                {
                    return;
                }

                await scene.LookAsync(isFull: round % FullLookEvery == 0);
            }

            await scene.CloseAsync();
        }
    }

    private static async Task FaultAsync(Scene scene, Volume volume, string kind)
    {
        switch (kind)
        {
            case "power cut with a cache":
                volume.Order($"off {scene.Random.Next()}");
                await scene.Server.KillAsync();
                break;
            case "slow":
                volume.Order($"slow {scene.Random.Next(5, 60)}");
                await Task.Delay(scene.Random.Next(1_000, 5_000));
                volume.Order("heal");
                return;
            case "fail-reads":
                volume.Order(kind);
                await Task.Delay(scene.Random.Next(500, 2_000));
                await scene.Server.KillAsync();
                break;
            default:
                volume.Order(kind);
                await EndAsync(scene, kind);
                break;
        }

        // What the file system has left is lost, or fails; then the disk is whole again.
        volume.CutPower(flushLog: false);
        volume.Unmount();
        volume.Order("heal");
        volume.Mount();
    }

    /// <summary>A server whose disk takes nothing stops by itself.</summary>
    private static async Task EndAsync(Scene scene, string kind)
    {
        Task<int> end = scene.Server.EndAsync();
        if (await Task.WhenAny(end, Task.Delay(s_patience)) != end)
        {
            scene.Row.Verdict.Explain(isWrong: false, $"the server goes on with a disk that does this: {kind}");
            await scene.Server.KillAsync();
        }
        else if (await end != StorageFailure)
        {
            scene.Row.Verdict.Explain(
                isWrong: false, $"{kind}: it ended with {await end}:\n    {scene.Server.LastWords}");
        }
    }
}
