// System calls of the server fail, or take long, as strace makes them: from the first start on, at any of them. A
// failed sync must end it; whatever it did, everything that was acknowledged is there at the next start.
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;

namespace LedgerStore.Campaigns.Faults;

/// <summary>`calls`.</summary>
internal static class CallCampaign
{
    private const int FullLookEvery = 8;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    // Exit codes as OPERATIONS.md has them: a write or a sync failed, or too full to start. Who cannot read may say as
    // well that it is something of its configuration, or damaged.
    private static readonly int[] s_afterWrites = [70, 8];
    private static readonly int[] s_afterReads = [70, 2, 5, 6, 7, 9];

    private sealed record Injection(string Calls, string What, int FirstMax, int Last, bool MustEnd);

    private static readonly Injection[] s_all =
    [
        new("fdatasync", "error=EIO", 150, 0, MustEnd: true),
        new("fdatasync", "error=ENOSPC", 150, 0, MustEnd: true),
        new("fdatasync", "delay_enter=300000", 60, 40, MustEnd: false),
        new("pwrite64", "error=EIO", 300, 0, MustEnd: false),
        new("pwrite64", "error=ENOSPC", 300, 30, MustEnd: false),
        new("syncfs", "error=EIO", 2, 0, MustEnd: false),
        new("fsync", "error=EIO", 12, 0, MustEnd: false),
        new("rename,renameat,renameat2", "error=EIO", 4, 0, MustEnd: false),
        new("ftruncate", "error=EIO", 4, 0, MustEnd: false),
        new("fallocate", "error=ENOSPC", 6, 3, MustEnd: false),
        new("pread64", "error=EIO", 200, 2, MustEnd: false),
        new("unlink,unlinkat", "error=EIO", 3, 0, MustEnd: false),
    ];

    public static async Task RunAsync(Options options, ResultRow row, string home)
    {
        if (Tracing.Refusal is { } reason)
        {
            row.DidNotRun = reason;
            return;
        }

        await using Scene scene = new(options, row, home, Path.Combine(home, "data"), s_pause);
        await scene.OpenAsync();
        string log = Path.Combine(home, "strace");
        long until = Environment.TickCount64 + (long)options.For.TotalMilliseconds;
        for (int round = 1; Environment.TickCount64 < until && !scene.MustEnd; round++)
        {
            // A planted fault is about syncs: the others are not waited for.
            Injection injection = options.Planted is null ? s_all[scene.Random.Next(s_all.Length)] : s_all[0];
            await scene.Server.TerminateAsync();
            await TryAsync(scene, injection, log);
            scene.Server.Before = [];
            if (!await scene.StartAsync(injection.ToString()))
            {
                return;
            }

            await scene.LookAsync(isFull: round % FullLookEvery == 0);
        }

        await scene.CloseAsync();
    }

    /// <summary>The exit code, if it is none that says what happened.</summary>
    private static int? IsStrange(int code, Injection injection, string words)
    {
        // No disk can fail a read of what the kernel makes up.
        bool isOfTheKernel = words.Contains("'/proc/", StringComparison.Ordinal);
        int[] known = injection.Calls == "pread64" ? s_afterReads : s_afterWrites;
        return known.Contains(code) || isOfTheKernel ? null : code;
    }

    /// <summary>Waits until the call is made that fails, and a moment for what follows; or not longer than it is worth:
    /// some calls are seldom made.</summary>
    private static async Task<bool> MeetAsync(Scene scene, Task end, string log)
    {
        await Task.WhenAny(end, scene.Server.Started, Task.Delay(s_patience));
        long until = Environment.TickCount64 + (long)s_wait.TotalMilliseconds;
        bool isMet = Tracing.IsMet(log);
        for (; !isMet && !end.IsCompleted && Environment.TickCount64 < until; isMet = Tracing.IsMet(log))
        {
            await Task.WhenAny(end, Task.Delay(s_look));
        }

        await Task.WhenAny(end, Task.Delay(isMet ? scene.Random.Next(500, 2_500) : 0));
        return isMet || Tracing.IsMet(log);
    }

    /// <summary>One life with calls that fail.</summary>
    private static async Task TryAsync(Scene scene, Injection injection, string log)
    {
        int first = 1 + scene.Random.Next(injection.FirstMax);
        string when = injection.Last == 0 ? $"{first}" : $"{first}..{first + injection.Last}";
        scene.Server.Before = Tracing.Before(log, injection.Calls, $"{injection.What}:when={when}");
        scene.Server.Begin();
        Task<int> end = scene.Server.EndAsync();
        bool isMet = await MeetAsync(scene, end, log);
        if (isMet)
        {
            scene.Row.Count($"{injection.Calls.Split(',')[0]} {injection.What}");
        }
        else
        {
            scene.Row.Figures["none met"] = scene.Row.Figures.GetValueOrDefault("none met") + 1;
        }

        if (injection.MustEnd && isMet)
        {
            await Task.WhenAny(end, Task.Delay(s_patience));
        }

        if (!end.IsCompleted)
        {
            if (injection.MustEnd && isMet)
            {
                scene.Row.Verdict.Explain(isWrong: false, $"{injection.Calls} failed, and the server goes on");
            }

            await scene.Server.KillAsync();
        }
        else if (IsStrange(await end, injection, scene.Server.LastWords) is { } code)
        {
            string fault = $"{injection.Calls} {injection.What}:when={when}";
            scene.Row.Verdict.Explain(
                isWrong: false, $"{fault} ended it with {code}:\n    {scene.Server.LastWords}");
        }

        File.Delete(log);
    }
}
