// `ledger audit`: who did what, out of the store's own ledger `_audit`, in words. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Protocol.Events.V1;

namespace LedgerStore.Cli;

/// <summary>Reads the access record.</summary>
internal static class AuditCommand
{
    private const string Ledger = "_audit";
    private static readonly TimeSpan s_usual = TimeSpan.FromDays(1);

    public static Command Create(CommandBuilder builder)
    {
        Option<string?> who = new("--who") { HelpName = "NAME", Description = "What this identity did" };
        Option<string?> ledger = new("--ledger") { HelpName = "NAME", Description = "What was done to this ledger" };
        Option<string?> call = new("--call") { HelpName = "TEXT", Description = "Calls with this in their name" };
        Option<bool> denied = new("--denied") { Description = "Only what was refused" };
        Option<string?> kind = Kinds();
        Option<DateTimeOffset?> since = TimeOption.Make("--since", "Begin with this time (default: a day ago)");
        Option<DateTimeOffset?> until = TimeOption.Make("--until", "Stop before this time");
        Option<bool> all = new("--all") { Description = "From the first event on" };
        Option<bool> follow = new("--follow", "-f") { Description = "Go on with what happens, until Ctrl+C" };
        EntryOptions entries = new();
        return builder.Make(
            "audit",
            "Show who did what: the store's own record of accesses, refusals, policies, holds and keys\n\n"
            + "  ledger audit --denied                     what was refused in the last day\n"
            + "  ledger audit --who reader --ledger payments --since 2026-11-01\n"
            + "  ledger audit --kind policy --all --json\n"
            + "  ledger audit --data ./data --all          without a server",
            [who, ledger, call, denied, kind, since, until, all, follow, .. entries.All],
            run => EntryStream.RunAsync(
                run,
                Ledger,
                entries,
                new ReadOptions
                {
                    FromTime = run.Get(since) ?? (run.Get(all) ? null : run.Now - s_usual),
                    Until = run.Get(until),
                    Follow = run.Get(follow),
                    GiveUpAfter = run.Get(follow) ? TimeSpan.MaxValue : run.Patience,
                },
                new AuditFilter(run.Get(who), run.Get(ledger), run.Get(call), run.Get(kind), run.Get(denied))));
    }

    private static Option<string?> Kinds()
    {
        string[] names = [.. Event.Descriptor.Oneofs[0].Fields.Select(field => field.Name)];
        Option<string?> kind = new("--kind")
        {
            HelpName = "KIND",
            Description = $"Only events of this kind: {string.Join(", ", names)}",
        };
        kind.AcceptOnlyFromAmong(names);
        return kind;
    }
}
