// `ledger guard test`: what rules would have found in what is there, before they are used. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Guard;
using LedgerStore.Policy;
using LedgerStore.Protocol.V1;

namespace LedgerStore.Cli;

/// <summary>Tries rules out on history.</summary>
internal static class GuardTest
{
    private static readonly TimeSpan s_usual = TimeSpan.FromDays(30);

    public static Command Create(CommandBuilder builder)
    {
        Option<string?> rules = GuardCommand.RulesOption();
        Option<string?> since = AgeOption.Make("--since", "Begin so long ago (default 30d)");
        Option<bool> all = new("--all") { Description = "From the first entry on" };
        return builder.Make(
            "test",
            "Replay history, and show what the rules would have found; nothing is written or sent\n\n"
            + "  ledger guard test --rules alerts.yaml --since 30d",
            [rules, since, all],
            run => RunAsync(
                run, GuardCommand.Load(run, run.Get(rules)),
                run.Get(all) ? null : AgeOption.Parse(run.Get(since)) ?? s_usual));
    }

    private static async Task<int> RunAsync(Run run, RuleFile file, TimeSpan? age)
    {
        using LedgerClient client = run.Connect(Capability.Read);
        int found = 0;
        ulong entries = 0;
        List<string> unread = [];
        await foreach (LedgerInfo info in client.Catalog.ListAsync(string.Empty, run.Cancellation)
            .ConfigureAwait(false))
        {
            if (file.Of(info.Ledger) is not { } about)
            {
                continue;
            }

            using Verifier verifier = LedgerTrust.Open(run, client, info.Ledger, vkey: null);
            LedgerWatch watch = new(info.Ledger, about, file.RulesOf(about), file.Sha256);
            DateTimeOffset? from = age is { } some ? run.Now - some : null;
            ReadOptions options = new() { FromTime = from, GiveUpAfter = run.Patience };
            IAsyncEnumerable<LedgerEvent> events = CountAsync(
                client.CreateReader(info.Ledger).Verified(verifier).ReadAsync(options, run.Cancellation),
                () => entries++, unread);
            await foreach (Alert alert in Replay.RunAsync(
                watch, events, new RuleStart(0, Micros.Of(from ?? DateTimeOffset.UnixEpoch)), run.Now)
                .ConfigureAwait(false))
            {
                found += alert.IsFiring ? 1 : 0;
                AlertsCommand.PrintLine(run, alert, index: null);
            }
        }

        unread.ForEach(run.Note);
        if (!run.IsJson)
        {
            run.Line($"{found} would have fired, over {entries} entries and by {file.Rules.Count} rules");
        }

        return unread.Count > 0 ? ExitCode.NotWhole : ExitCode.Done;
    }

    private static async IAsyncEnumerable<LedgerEvent> CountAsync(
        IAsyncEnumerable<LedgerEvent> events, Action count, List<string> unread)
    {
        await foreach (LedgerEvent next in events.ConfigureAwait(false))
        {
            if (next is LedgerEntry)
            {
                count();
            }
            else if (next is UnreadableRange away)
            {
                unread.Add(
                    $"entries {away.FirstIndex} to {away.FirstIndex + away.Count - 1} cannot be read: {away.Reason}");
            }

            yield return next;
        }
    }
}
