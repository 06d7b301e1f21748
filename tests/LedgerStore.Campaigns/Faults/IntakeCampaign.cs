// Intake and store are killed, away and without room under every real sender that can be had: what was acknowledged
// must be in the ledgers, and what is there twice must be explained. See docs/RELIABILITY.md.
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;
using LedgerStore.Campaigns.Senders;

namespace LedgerStore.Campaigns.Faults;

/// <summary>`intake`.</summary>
internal static class IntakeCampaign
{
    // Of the time; a minute of five.
    private const int PartAway = 5;
    private static readonly TimeSpan s_awayMost = TimeSpan.FromMinutes(1);
    private static readonly string[] s_kinds =
    [
        "SIGKILL of the intake", "SIGKILL of the store", "SIGKILL of both", "store away", "no room for the intake",
        "no room for the store",
    ];

    public static async Task RunAsync(Options options, ResultRow row, string home)
    {
        foreach ((string name, string reason) in SenderCast.Absent())
        {
            Console.WriteLine($"  without {name}: {reason}");
        }

        using IntakeScene scene = new(options, row, home);
        await scene.OpenAsync(new SenderCast(options.Senders, options.Records, options.For));
        using CancellationTokenSource stop = new();
        Task[] sending = [.. scene.Senders.Select(sender => Task.Run(() => sender.RunAsync(stop.Token)))];
        Task all = Task.WhenAll(sending);
        Task failed = FirstFailureAsync(sending);
        Queue<string> due = new(s_kinds.Where(kind => CanBe(scene, kind)).OrderBy(_ => scene.Random.Next()));
        long until = Environment.TickCount64 + (long)options.For.TotalMilliseconds;
        while (due.Count > 0 || (Environment.TickCount64 < until && !all.IsCompleted))
        {
            await Task.Delay(scene.Random.Next(500, 2_500));
            string kind = due.TryDequeue(out string? first) ? first : AnyOf(scene);
            row.Count(kind);
            await FaultAsync(scene, kind, options.For);
            if (failed.IsCompleted)
            {
                break;
            }
        }

        await all;
        await scene.CloseAsync();
    }

    private static async Task FirstFailureAsync(Task[] sending)
    {
        await foreach (Task ended in Task.WhenEach(sending))
        {
            if (!ended.IsCompletedSuccessfully)
            {
                return;
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    private static bool CanBe(IntakeScene scene, string kind) =>
        scene.Disks.CanBeFull || !kind.StartsWith("no room", StringComparison.Ordinal);

    private static string AnyOf(IntakeScene scene)
    {
        string[] kinds = [.. s_kinds.Where(kind => CanBe(scene, kind) && kind != "store away")];
        return kinds[scene.Random.Next(kinds.Length)];
    }

    private static async Task FaultAsync(IntakeScene scene, string kind, TimeSpan time)
    {
        switch (kind)
        {
            case "SIGKILL of the intake":
                await KillIntakeAsync(scene);
                await scene.StartIntakeAsync(kind);
                break;
            case "SIGKILL of the store":
                await scene.Store.KillAsync();
                await scene.StartStoreAsync(kind);
                break;
            case "SIGKILL of both":
                await scene.Store.KillAsync();
                await KillIntakeAsync(scene);
                await scene.StartIntakeAsync(kind);
                await scene.StartStoreAsync(kind);
                break;
            case "store away":
                await scene.Store.KillAsync();
                TimeSpan away = time / PartAway;
                await Task.Delay(away < s_awayMost ? away : s_awayMost);
                await scene.StartStoreAsync(kind);
                break;
            case "no room for the intake":
                scene.Disks.Fill(scene.Disks.State);
                await Task.Delay(scene.Random.Next(500, 5_000));
                await KillIntakeAsync(scene);
                scene.Disks.Free(scene.Disks.State);
                await scene.StartIntakeAsync(kind);
                break;
            default:
                scene.Disks.Fill(scene.Disks.Store);
                await Task.Delay(scene.Random.Next(500, 5_000));
                scene.Disks.Free(scene.Disks.Store);
                break;
        }
    }

    private static async Task KillIntakeAsync(IntakeScene scene)
    {
        scene.Kills++;
        await scene.Intake.KillAsync();
    }
}
