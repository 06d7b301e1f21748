// Kills: the server and its client, under load, while they start, while they end. The page cache survives, so this is
// about order, recovery and repetition, and not about what is on the disk.
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;

namespace LedgerStore.Campaigns.Faults;

/// <summary>`kill`.</summary>
internal static class KillCampaign
{
    private const int FullLookEvery = 10;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(4);

    public static async Task RunAsync(Options options, ResultRow row, string home)
    {
        await using Scene scene = new(options, row, home, Path.Combine(home, "data"), s_pause);
        await scene.OpenAsync();
        long until = Environment.TickCount64 + (long)options.For.TotalMilliseconds;
        for (int round = 1; Environment.TickCount64 < until && !scene.MustEnd; round++)
        {
            await Task.Delay(scene.Random.Next(100, 2_000));
            await FaultAsync(scene);
            if (!scene.Server.IsRunning && !await RestartAsync(scene))
            {
                return;
            }

            await scene.LookAsync(isFull: round % FullLookEvery == 0);
        }

        await scene.CloseAsync();
    }

    private static async Task FaultAsync(Scene scene)
    {
        switch (scene.Random.Next(10))
        {
            case 0:
                scene.Row.Count("SIGTERM under load");
                if (await scene.Server.TerminateAsync() is not 0 and int code)
                {
                    scene.Row.Verdict.Explain(
                        isWrong: false, $"SIGTERM ended it with {code}:\n    {scene.Server.LastWords}");
                }

                break;
            case 1:
                scene.Row.Count("SIGKILL during an orderly end");
                scene.Server.Signal();
                await Task.Delay(scene.Random.Next(300));
                await scene.Server.KillAsync();
                break;
            case 2:
                scene.Row.Count("SIGKILL of the client");
                await scene.RestartLoadAsync();
                break;
            case 3:
                scene.Row.Count("SIGKILL of both");
                await scene.Server.KillAsync();
                await scene.RestartLoadAsync();
                break;
            default:
                scene.Row.Count("SIGKILL under load");
                await scene.Server.KillAsync();
                break;
        }
    }

    private static async Task<bool> RestartAsync(Scene scene)
    {
        while (scene.Random.Next(4) == 0)
        {
            scene.Row.Count("SIGKILL during a start");
            scene.Server.Begin();
            await Task.Delay(scene.Random.Next(100, 1_500));
            await scene.Server.KillAsync();
        }

        return await scene.StartAsync("a kill");
    }
}
