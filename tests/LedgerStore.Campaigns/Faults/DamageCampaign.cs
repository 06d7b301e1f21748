// Damaged files: every file of a store, after a clean end and after a kill, removed, emptied, cut, or zeroed at its
// head. The server refuses to start, and serves when the file is put back; or it serves, and everything that was
// acknowledged is right or named, at the next start too.
using LedgerStore.Campaigns.Judging;
using LedgerStore.Campaigns.Planted;
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;

namespace LedgerStore.Campaigns.Faults;

/// <summary>`damage`.</summary>
internal static class DamageCampaign
{
    private const int LongSeconds = 600;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_shortLoad = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_longLoad = TimeSpan.FromSeconds(60);

    // The anchor is written once a second: what is behind it could not be missed.
    private static readonly TimeSpan s_anchorTime = TimeSpan.FromSeconds(3);

    // Damage of shared files, a rollback, a damaged _audit: as documented in OPERATIONS.md.
    private static readonly int[] s_refusals = [5, 6, 9];

    private sealed record Case(string End, string File, Damage Damage)
    {
        public override string ToString() => $"{File} {DamageKinds.Text(Damage)} after {End}";
    }

    public static async Task RunAsync(Options options, ResultRow row, string home)
    {
        List<Case> cases = [];
        long acknowledged = 0;
        foreach (string end in (string[])["a clean end", "a kill"])
        {
            string store = Path.Combine(home, end);
            Directory.CreateDirectory(store);
            acknowledged += await MakeAsync(options, row, store, isKilled: end == "a kill");
            cases.AddRange(
                from file in Tree.Files(Path.Combine(store, "data"))
                from damage in DamageKinds.All
                select new Case(end, file, damage));
        }

        Case[] order = [.. cases];
        new Random((int)options.Seed).Shuffle(order);
        if (options.Planted is not null)
        {
            // What is planted here is about these; without _audit nothing is served.
            order =
            [
                .. order.OrderByDescending(static one => one.File.EndsWith("/state.log", StringComparison.Ordinal)
                    && !one.File.StartsWith("ledgers/0/", StringComparison.Ordinal)),
            ];
        }

        long until = Environment.TickCount64 + (long)options.For.TotalMilliseconds;
        foreach (Case one in order)
        {
            if (Environment.TickCount64 > until || PlantedFault.IsFound(options.Planted, row.Verdict))
            {
                break;
            }

            row.Count($"file {DamageKinds.Text(one.Damage)} after {one.End}");
            await TryAsync(options, row, home, one);
        }

        row.Figures["cases of all"] = order.Length;
        row.Verdict.Acknowledged = acknowledged;
    }

    /// <summary>A store with records in it, ended once in between so that its files have something of
    /// everything.</summary>
    private static async Task<long> MakeAsync(Options options, ResultRow row, string store, bool isKilled)
    {
        await using Scene scene = new(
            options with { Planted = null }, row, store, Path.Combine(store, "data"), s_pause);
        await scene.OpenAsync();
        TimeSpan load = options.For.TotalSeconds >= LongSeconds ? s_longLoad : s_shortLoad;
        await Task.Delay(load / 2);
        await scene.Server.TerminateAsync();
        await scene.StartAsync("an orderly end");
        await Task.Delay(load / 2);
        await scene.StopLoadAsync();
        await scene.LookAsync(isFull: true);
        await Task.Delay(s_anchorTime);
        if (isKilled)
        {
            await scene.Server.KillAsync();
        }
        else
        {
            await scene.Server.TerminateAsync();
        }

        return row.Verdict.Acknowledged;
    }

    private static async Task TryAsync(Options options, ResultRow row, string home, Case one)
    {
        string place = Path.Combine(home, "case");
        string data = Path.Combine(place, "data");
        Tree.Copy(Path.Combine(home, one.End), place);
        DamageKinds.Apply(one.Damage, Path.Combine(data, one.File));
        using ServerUnderTest server = new(options.ServerDll, data);
        if (options.Planted is { } planted)
        {
            server.Environment[PlantedBuild.Variable] = planted;
        }

        Verdict verdict = new();
        if (await server.StartAsync() is { } code)
        {
            Count(row, "refused");
            if (!s_refusals.Contains(code))
            {
                verdict.Explain(isWrong: false, $"the start ended with {code}:\n    {server.LastWords}");
            }

            File.Delete(Path.Combine(data, one.File));
            Tree.Copy(Path.Combine(home, one.End, "data", one.File), Path.Combine(data, one.File));
            await LookAsync(options, server, place, verdict, mayName: false);
        }
        else
        {
            Count(row, "served");
            await LookAsync(options, server, place, verdict, mayName: true);
            await LookAsync(options, server, place, verdict, mayName: true);
        }

        string details = string.Join("; ", verdict.Details);
        verdict.Details.Clear();
        if (!verdict.IsClean)
        {
            verdict.Say($"{one}: {details}");
        }

        row.AddStore(verdict);
        Directory.Delete(place, recursive: true);
    }

    /// <summary>One life of the server, started if it is not, and what a judge sees in it.</summary>
    private static async Task LookAsync(
        Options options, ServerUnderTest server, string place, Verdict sum, bool mayName)
    {
        if (!server.IsRunning && await server.StartAsync() is { } refused)
        {
            sum.Explain(isWrong: false, $"the next start ended with {refused}:\n    {server.LastWords}");
            return;
        }

        Setting setting = new(
            server.Address, Path.Combine(place, "list"), server.Keys, options.Seed, s_pause, s_pause, mayName);
        using Companion judge = new("judge", setting);
        Verdict look = await judge.AskAsync<Verdict>("full");
        sum.Compared += look.Compared;
        sum.Lost += look.Lost;
        sum.Doubled += look.Doubled;
        sum.Wrong += look.Wrong;
        sum.Unexplained += look.Unexplained;
        sum.Named += look.Named;
        look.Details.ForEach(sum.Say);
        if (await server.TerminateAsync() is not 0 and int code)
        {
            sum.Explain(isWrong: false, $"the orderly end was {code}:\n    {server.LastWords}");
        }
    }

    private static void Count(ResultRow row, string what) =>
        row.Figures[what] = row.Figures.GetValueOrDefault(what) + 1;
}
