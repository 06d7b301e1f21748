// `ledger search`: the entries whose records have certain values. Every entry of the range is read and looked at here,
// so that nothing depends on what a server says that it found. One thread.
using System.CommandLine;
using LedgerStore.Client;

namespace LedgerStore.Cli;

/// <summary>Finds entries.</summary>
internal static class SearchCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Argument<string[]> clauses = new("clause")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "FIELD=VALUE, FIELD={VALUE,VALUE}, FIELD=BEGINNING*, or a time or number with <, <=, > or "
                + ">=; an entry must have all of them",
        };
        Option<ulong> from = new("--from") { HelpName = "INDEX", Description = "Begin here" };
        Option<DateTimeOffset?> since = TimeOption.Make("--since", "Begin with what was received at this time");
        Option<DateTimeOffset?> until = TimeOption.Make("--until", "Stop before this time");
        Option<bool> follow = new("--follow", "-f") { Description = "Go on with new entries, until Ctrl+C" };
        SpecOptions spec = new();
        EntryOptions entries = new();
        return builder.Make(
            "search",
            "Find entries by what their records say: every entry of the range is read and looked at\n\n"
            + "  ledger search demo who=anna outcome=failure\n"
            + "  ledger search demo 'what=invoice.*' --since 2026-11-21 --verified\n"
            + "  ledger search demo 'who={anna,bob}' 'when>=2026-11-21T08:00:00Z' --profile k8s\n"
            + "  ledger search demo who=anna --data ./data      without a server",
            [ledger, clauses, from, since, until, follow, .. spec.All, .. entries.All],
            async run =>
            {
                SearchFilter filter = new(SpecOptions.Ask(
                    await spec.ReadAsync(run).ConfigureAwait(false), run.Get(clauses)));
                ReadOptions options = new()
                {
                    From = run.Get(from),
                    FromTime = run.Get(since),
                    Until = run.Get(until),
                    Follow = run.Get(follow),
                    GiveUpAfter = run.Get(follow) ? TimeSpan.MaxValue : run.Patience,
                };
                EntryPrinter printer = entries.PrinterOf(run, events: null, filter);
                int code = await EntryStream.RunAsync(run, run.Get(ledger), entries, options, printer)
                    .ConfigureAwait(false);
                run.Note(filter.Summary(
                    run.Get(entries.Data) is not null ? "as the directory has them"
                    : run.Get(entries.Verified) ? "each proven against a signed checkpoint"
                    : "as the server sent them (--verified proves them)"));
                return code;
            });
    }
}
