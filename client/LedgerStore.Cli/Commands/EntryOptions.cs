// The options that `read` and `tail` share. One set for each command of a run.
using System.CommandLine;

namespace LedgerStore.Cli;

/// <summary>How entries are read and shown.</summary>
internal sealed class EntryOptions
{
    public Option<EntryFormat?> Format { get; } = new("--format")
    {
        HelpName = "table|text|json|csv|raw",
        Description = "A line each: table (cut to the terminal), text, a JSON object, comma-separated values, or the "
            + "payload alone, which is escaped on a terminal only",
    };

    public Option<bool> Verified { get; } = new("--verified")
    {
        Description = "Prove every entry against a signed checkpoint before it is shown",
    };

    public Option<string?> Data { get; } = new("--data")
    {
        HelpName = "DIR",
        Description = "Read this data directory instead of asking a server; no server may have it open",
    };

    public Option<bool> AsStored { get; } = new("--as-stored")
    {
        Description = "Take what an intake compressed or cut into parts as the ledger has it",
    };

    public IEnumerable<Option> All => [Format, Verified, Data, AsStored];

    public EntryOptions()
    {
        // A shell completes what people type, not the names of our constants.
        Format.CompletionSources.Clear();
        Format.CompletionSources.Add("table", "text", "json", "csv", "raw");
    }

    public EntryPrinter PrinterOf(Run run, AuditFilter? events, SearchFilter? where) =>
        PrinterOf(run, events, where, ledger: string.Empty);

    /// <param name="ledger">Is said of each entry; empty: the reader knows.</param>
    public EntryPrinter PrinterOf(Run run, AuditFilter? events, SearchFilter? where, string ledger) =>
        EntryPrinter.Of(run, FormatOf(run), events, where, run.Get(AsStored) ? null : run.Note, ledger);

    public EntryFormat FormatOf(Run run) =>
        run.Get(Format) ?? (run.IsJson ? EntryFormat.Json
            : run.Host.IsOutputTerminal ? EntryFormat.Table
            : EntryFormat.Text);
}
