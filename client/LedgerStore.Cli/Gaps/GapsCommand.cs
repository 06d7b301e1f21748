// `ledger gaps`: who writes into a ledger, how far each has counted, what is missing in between, and who fell silent.
// One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Fields;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Shows sources, their counts and their silence.</summary>
internal static class GapsCommand
{
    // A reader that looks at every entry looks this often at how far it is.
    private const int TellEvery = 4_096;
    private const int ShownMax = 20;

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Option<DateTimeOffset?> since = TimeOption.Make("--since", "Begin with this time (default: the first entry)");
        Option<string?> silent = AgeOption.Make("--silent-for", "Say who wrote nothing for so long");
        Option<string?> sequence = new("--sequence")
        {
            HelpName = "PATH",
            Description = "Where records have a count of their own, such as metadata.sequence",
        };
        return builder.Make(
            "gaps",
            "Show who writes into a ledger, what is missing in their counts, and who fell silent\n\n"
            + "Exit code 5: something is missing, went back, or is silent. It is what the server says: `ledger "
            + "verify` checks it.\n\n"
            + "  ledger gaps payments --silent-for 10m\n"
            + "  ledger gaps syslog --since 2026-11-01 --sequence meta.sequenceId --json",
            [ledger, since, silent, sequence],
            run => RunAsync(
                run, run.Get(ledger), run.Get(since), AgeOption.Parse(run.Get(silent)), SpecOf(run.Get(sequence))));
    }

    private static async Task<int> RunAsync(
        Run run, string ledger, DateTimeOffset? since, TimeSpan? silentFor, IndexSpec? counted)
    {
        using LedgerClient client = run.Connect(Capability.Read);
        SourceBook book = new(counted);
        ulong size = (await client.Catalog.DescribeAsync(ledger, run.Cancellation).ConfigureAwait(false)).Size;
        await ProgressLine.RunAsync(run, $"gaps {ledger}", size, async progress =>
        {
            ReadOptions options = new() { FromTime = since, GiveUpAfter = run.Patience };
            await foreach (LedgerEvent next in client.CreateReader(ledger).ReadAsync(options, run.Cancellation)
                .ConfigureAwait(false))
            {
                book.Take(next);
                if (book.Entries % TellEvery == 0)
                {
                    progress.Tell(book.Entries, size, () => $"{book.Entries:N0} entries");
                }
            }

            return ExitCode.Done;
        }).ConfigureAwait(false);
        DateTimeOffset silentSince = silentFor is { } age ? run.Now - age : DateTimeOffset.MinValue;
        Print(run, book, silentSince);
        return book.Sources.Any(source => source.IsBroken || source.Last < silentSince)
            ? ExitCode.ServerError : ExitCode.Done;
    }

    private static IndexSpec? SpecOf(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            return IndexSpec.Parse($"{IndexSpec.Header}\nfield {SourceBook.Field} number\npath {path}\n");
        }
        catch (MalformedDataException none)
        {
            throw new UsageException(
                $"'{path}' is no path: {none.Message}", "names with dots, such as metadata.sequence");
        }
    }

    private static void Print(Run run, SourceBook book, DateTimeOffset silentSince)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteNumber("entries", book.Entries);
                json.WriteNumber("entries_not_seen", book.NotSeen);
                json.WriteStartArray("sources");
                foreach (SourceCount source in book.Sources)
                {
                    source.Write(json, source.Last < silentSince);
                }

                json.WriteEndArray();
            });
            return;
        }

        TextTable.Write(
            run,
            ["appender", "producer", "entries", "from", "to", "last", "missing", "went back", "uncounted", "state"],
            [
                .. book.Sources.Select(source => new[]
                {
                    source.Appender,
                    source.Producer,
                    $"{source.Entries}",
                    source.FirstNumber,
                    source.LastNumber,
                    JsonOutput.Time(source.Last),
                    $"{source.Missing}",
                    $"{source.WentBack}",
                    $"{source.Uncounted}",
                    source.IsBroken ? "WRONG" : source.Last < silentSince ? "silent" : "ok",
                }),
            ]);
        foreach ((SourceCount source, string gap) in book.Sources
            .SelectMany(static source => source.Gaps.Select(gap => (source, gap))).Take(ShownMax))
        {
            run.Note($"{source.Appender} {source.Producer}: {gap}");
        }

        if (book.NotSeen > 0)
        {
            run.Note($"{book.NotSeen} entries have expired or cannot be read: what is missing there is not known");
        }
    }
}
