// Prints what a reader gives: entries, and what stands in the place of entries. One thread.
using LedgerStore.Client;
using LedgerStore.Policy;

namespace LedgerStore.Cli;

/// <summary>Reads and prints.</summary>
internal static class EntryStream
{
    /// <summary>Entries as they are; of the store's own ledger, its events in words.</summary>
    public static Task<int> RunAsync(Run run, string ledger, EntryOptions entries, ReadOptions options) =>
        RunAsync(run, ledger, entries, options, ledger.StartsWith('_') ? AuditFilter.Everything : null);

    /// <param name="events">Which of the store's events; null: entries as they are.</param>
    public static Task<int> RunAsync(
        Run run, string ledger, EntryOptions entries, ReadOptions options, AuditFilter? events) => RunAsync(
            run, ledger, entries, options, entries.PrinterOf(run, events, where: null));

    /// <param name="printer">Takes every entry, and shows what it will.</param>
    public static async Task<int> RunAsync(
        Run run, string ledger, EntryOptions entries, ReadOptions options, EntryPrinter printer)
    {
        try
        {
            if (run.Get(entries.Data) is not null && run.Get(entries.Verified))
            {
                throw new UsageException(
                    "--verified is of a server: a directory is checked as a whole",
                    "`ledger verify --data DIR` does it");
            }

            return run.Get(entries.Data) is { } directory
                ? await OfflineReader.RunAsync(run, directory, ledger, options, printer).ConfigureAwait(false)
                : await FromServerAsync(run, ledger, entries, options, printer).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (options.Follow)
        {
            // Ctrl+C is how following ends.
            return ExitCode.Done;
        }
        finally
        {
            printer.Finish();
        }
    }

    private static async Task<int> FromServerAsync(
        Run run, string ledger, EntryOptions entries, ReadOptions options, EntryPrinter printer)
    {
        using LedgerClient client = run.Connect(Capability.Read);
        ulong size = (await client.Catalog.DescribeAsync(ledger, run.Cancellation).ConfigureAwait(false)).Size;
        Reader reader = client.CreateReader(ledger);
        using Verifier? verifier = run.Get(entries.Verified)
            ? LedgerTrust.Open(run, client, ledger, vkey: null)
            : null;
        IAsyncEnumerable<LedgerEvent> events = verifier is null
            ? reader.ReadAsync(options, run.Cancellation)
            : reader.Verified(verifier).ReadAsync(options, run.Cancellation);
        bool isLive = false;
        bool isWhole = true;
        bool isEmpty = true;
        await foreach (LedgerEvent next in events.ConfigureAwait(false))
        {
            isEmpty = false;
            if (next is LedgerEntry entry)
            {
                printer.Print(entry.Index, entry.Bytes.Span);
            }
            else
            {
                isWhole &= next is not UnreadableRange;
                isLive |= next is CaughtUp;
                Tell(run, entries.FormatOf(run), printer, next);
            }

            // Who follows live sees each entry when it comes; what is history goes in blocks.
            if (isLive)
            {
                printer.Flush();
            }
        }

        if (isEmpty && size > 0)
        {
            run.Note($"nothing of what was asked for is there; '{ledger}' has {size} entries, says the server");
        }

        return isWhole ? ExitCode.Done : ExitCode.ServerError;
    }

    /// <summary>Says what stands for entries that cannot be shown.</summary>
    internal static void Tell(Run run, EntryFormat format, EntryPrinter printer, LedgerEvent next)
    {
        switch (next)
        {
            case ExpiredRange gone when format == EntryFormat.Json:
                printer.PrintOther(JsonOutput.Line(json =>
                {
                    json.WriteStartObject("expired");
                    json.WriteNumber("first_index", gone.FirstIndex);
                    json.WriteNumber("count", gone.Count);
                    json.WriteString("root", gone.Root.ToHex());
                    json.WriteNumber("tombstone", gone.Tombstone);
                    json.WriteEndObject();
                }));
                break;
            case ExpiredRange gone:
                printer.Flush();
                run.Note($"{Range(gone.FirstIndex, gone.Count)} expired by policy: entry {gone.Tombstone} of _audit");
                break;
            case UnreadableRange bad when format == EntryFormat.Json:
                printer.PrintOther(JsonOutput.Line(json =>
                {
                    json.WriteStartObject("unreadable");
                    json.WriteNumber("first_index", bad.FirstIndex);
                    json.WriteNumber("count", bad.Count);
                    json.WriteBoolean("damaged", bad.IsDamaged);
                    json.WriteString("reason", bad.Reason);
                    json.WriteEndObject();
                }));
                break;
            case UnreadableRange bad:
                printer.Flush();
                run.Note($"{Range(bad.FirstIndex, bad.Count)} cannot be read: {bad.Reason}");
                break;
            default:
                break;
        }
    }

    internal static string Range(ulong first, ulong count) =>
        count == 1 ? $"entry {first}" : $"entries {first} to {first + count - 1}";
}
