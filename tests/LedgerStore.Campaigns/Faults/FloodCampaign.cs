// Floods beside a good client: what it has waited for its acknowledgements, what the server holds, and what was written
// to _audit, without a flood and with each kind. Times are reported; what is judged is records and bounds.
using LedgerStore.Campaigns.Load;
using LedgerStore.Campaigns.Results;
using LedgerStore.Campaigns.Running;
using LedgerStore.Client;

namespace LedgerStore.Campaigns.Faults;

/// <summary>`flood`.</summary>
internal static class FloodCampaign
{
    // What a day of denials may write to _audit, as decided in docs/decisions/0016: no flood here may exceed it.
    private const ulong AuditEntriesMax = 66_080;
    private const double MillisPerMicro = 1000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(Options options, ResultRow row, string home)
    {
        await using Scene scene = new(options, row, home, Path.Combine(home, "data"), s_pause);
        await scene.OpenAsync();
        Floods floods = new(scene.Setting);
        TimeSpan each = options.For / (Floods.Kinds.Count + 1);
        await Task.Delay(each);
        await TellAsync(scene, "no flood", 0);
        foreach (string kind in Floods.Kinds)
        {
            int workers = kind is "followers" or "silent connections" ? 400 : 16;
            row.Count(kind);
            long calls = floods.Calls;
            ulong before = await AuditSizeAsync(scene.Setting);
            using (CancellationTokenSource end = new(each))
            {
                await Task.WhenAll(floods.RunAsync(kind, workers, end.Token), TellInAsync(scene, kind, each));
            }

            ulong written = await AuditSizeAsync(scene.Setting) - before;
            row.Figures[$"{kind}: tried"] = floods.Calls - calls;
            row.Figures[$"{kind}: entries of _audit"] = written;
            if (written > AuditEntriesMax)
            {
                row.Verdict.Explain(isWrong: false, $"{kind} wrote {written} entries to _audit");
            }

            await scene.LookAsync(isFull: false);
        }

        await scene.CloseAsync();
    }

    private static async Task TellInAsync(Scene scene, string kind, TimeSpan time)
    {
        await scene.AskLoadAsync();
        await Task.Delay(time * 0.9);
        await TellAsync(scene, kind, 1);
    }

    private static async Task TellAsync(Scene scene, string kind, int digits)
    {
        LoadReport load = await scene.AskLoadAsync();
        ProcessFacts facts = ProcessFacts.Of(scene.Server.Id);
        scene.Row.Figures[$"{kind}: median append ms"] = Math.Round(load.MedianMicros / MillisPerMicro, digits + 1);
        scene.Row.Figures[$"{kind}: slowest append ms"] = Math.Round(load.WorstMicros / MillisPerMicro);
        scene.Row.Figures[$"{kind}: MiB"] = facts.Mebibytes;
        Console.WriteLine(
            $"  {kind}: {load.MedianMicros / MillisPerMicro:N1} ms median, {load.WorstMicros / MillisPerMicro:N0} ms "
            + $"slowest; {facts.Mebibytes:N0} MiB, {facts.Handles} handles, {facts.Threads} threads");
    }

    private static async Task<ulong> AuditSizeAsync(Setting setting)
    {
        using LedgerClient client = setting.Connect("auditor");
        return (await client.Catalog.DescribeAsync("_audit", CancellationToken.None)).Size;
    }
}
