// `ledger export`: a range of entries, or chosen ones, as a directory that anybody can check without a server. Entries
// are read and proven into a file; when a checkpoint covers the last of them, receipts are fetched by a few calls at a
// time. One thread reads, a few write receipts.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Exports an evidence bundle.</summary>
internal static class ExportCommand
{
    private const int CallsUnderWay = 16;

    // A million indexes of twenty digits.
    private const int ListCharsMax = 1 << 25;

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Option<ulong> from = new("--from") { HelpName = "INDEX", Description = "Begin here" };
        Option<ulong> count = new("--count", "-n")
        {
            HelpName = "N",
            Description = $"How many, up to {EvidenceBundle.EntriesMax:N0} (default: to the end)",
        };
        Option<DateTimeOffset?> since = TimeOption.Make("--since", "Begin with this time");
        Option<DateTimeOffset?> until = TimeOption.Make("--until", "Stop before this time");
        Option<string?> index = new("--index")
        {
            HelpName = "LIST",
            Description = "These entries only: indexes and ranges, such as 3,7,100-200",
        };
        Option<string?> list = new("--index-file")
        {
            HelpName = "FILE",
            Description = "The same from a file, one or more to a line; - is standard input",
        };
        Option<string?> vkey = VerifyOptionsOf.Vkey();
        Option<string?> output = new("--out", "-o")
        {
            HelpName = "DIR",
            Description = "A new directory (default LEDGER-FIRST-LAST)",
        };
        return builder.Make(
            "export",
            "Write entries with receipts, checkpoint and key into a directory that anybody can check offline\n\n"
            + "  ledger export payments --from 1000 --count 100 --out case-17\n"
            + "  ledger export payments --index 1017,1043,2000-2010 --out case-18\n"
            + "  ledger export payments --since 2026-11-20T00:00:00Z --until 2026-11-21T00:00:00Z\n"
            + "  ledger verify --bundle case-17",
            [ledger, from, count, since, until, index, list, vkey, output],
            async run =>
            {
                IndexRanges? chosen = await ChosenAsync(run, index, list, [from, count, since, until])
                    .ConfigureAwait(false);
                ReadOptions range = new()
                {
                    From = run.Get(from),
                    FromTime = run.Get(since),
                    Until = run.Get(until),

                    // One more than there may be, so that too many are noticed.
                    Limit = run.Get(count) == 0 ? EvidenceBundle.EntriesMax + 1 : run.Get(count),
                    GiveUpAfter = run.Patience,
                };
                return await RunAsync(
                    run, run.Get(ledger), run.Get(vkey), run.Get(output), chosen is null ? [range] : [
                        .. chosen.All.Select(one => range with { From = one.First, Limit = one.Count })])
                    .ConfigureAwait(false);
            });
    }

    /// <summary>The entries that were named one by one; null: a range.</summary>
    private static async Task<IndexRanges?> ChosenAsync(
        Run run, Option<string?> index, Option<string?> list, Option[] others)
    {
        if (run.Get(index) is null && run.Get(list) is null)
        {
            return null;
        }

        if (others.FirstOrDefault(run.IsGiven) is { } other)
        {
            throw new UsageException($"{other.Name} does not go with a list of indexes");
        }

        string named = run.Get(index) ?? string.Empty;
        string file = run.Get(list) is { } path
            ? await TextFile.ReadAsync(run, path, ListCharsMax, "list of indexes").ConfigureAwait(false)
            : string.Empty;
        return IndexRanges.Parse($"{named}\n{file}");
    }

    private static async Task<int> RunAsync(
        Run run, string ledger, string? vkey, string? output, IReadOnlyList<ReadOptions> ranges)
    {
        using LedgerClient reading = run.Connect(Capability.Read);
        using LedgerClient verifying = run.Connect(Capability.Verify);
        using Verifier verifier = LedgerTrust.Open(run, verifying, ledger, vkey);
        await LedgerTrust.UpdateAsync(run, verifying, verifier).ConfigureAwait(false);

        // Until it has its name it is a directory beside, so that nobody takes an unfinished one for a bundle.
        string unfinished = Path.GetFullPath(output ?? ledger) + $".unfinished-{Guid.NewGuid():n}";
        if (output is not null)
        {
            DemandNew(output);
        }

        Directory.CreateDirectory(Path.Combine(unfinished, EvidenceBundle.ReceiptsDirectory));
        try
        {
            VerifiedReader reader = reading.CreateReader(ledger).Verified(verifier);
            EvidenceBundle bundle = await FillAsync(run, reader, verifier, ranges, unfinished).ConfigureAwait(false);
            string directory = output ?? $"{ledger}-{bundle.Entries.First}-{bundle.Entries.Last}";
            DemandNew(directory);
            Directory.Move(unfinished, directory);
            Report(run, bundle, directory);
            return ExitCode.Done;
        }
        catch
        {
            Directory.Delete(unfinished, recursive: true);
            throw;
        }
    }

    private static void DemandNew(string directory)
    {
        if (Path.Exists(directory))
        {
            throw new UsageException($"{directory} is there already", "give a new directory with --out");
        }
    }

    private static async Task<EvidenceBundle> FillAsync(
        Run run, VerifiedReader reader, Verifier verifier, IReadOnlyList<ReadOptions> ranges, string directory)
    {
        using ExportSpool spool = new(directory);
        await ProgressLine.RunAsync(run, "read", 0, progress => ReadAsync(run, reader, ranges, spool, progress))
            .ConfigureAwait(false);
        IndexRanges entries = spool.Entries ?? throw new UsageException("the ledger has no entries there");
        VerifiedCheckpoint checkpoint = await verifier.WaitForAsync(entries.Last + 1, run.Cancellation)
            .ConfigureAwait(false);
        EvidenceBundle bundle = new(
            checkpoint.Checkpoint.Origin, entries, checkpoint.Size, checkpoint.Root.ToHex());
        await ProgressLine.RunAsync(
            run,
            $"export {bundle.Origin}",
            spool.Count,
            progress => WriteEntriesAsync(run, verifier, checkpoint, spool, directory, progress))
            .ConfigureAwait(false);
        IReadOnlyList<KeyRotation> rotations = await verifier.GetRotationsAsync(run.Cancellation).ConfigureAwait(false);
        EvidenceBundle.WriteRotations(directory, rotations);
        File.WriteAllText(
            Path.Combine(directory, EvidenceBundle.KeyFile), SignerOf(checkpoint, rotations) + "\n");
        WriteTheRest(run, bundle, checkpoint, directory);
        return bundle;
    }

    // Proven: whatever a checkpoint signs of the ranges is there, and nothing else.
    private static async Task<bool> ReadAsync(
        Run run, VerifiedReader reader, IReadOnlyList<ReadOptions> ranges, ExportSpool spool, ProgressLine progress)
    {
        foreach (ReadOptions range in ranges)
        {
            await foreach (LedgerEntry entry in reader.ReadEntriesAsync(range, run.Cancellation).ConfigureAwait(false))
            {
                spool.Add(entry);
                progress.Tell(spool.Count, 0, () => $"{spool.Count:N0} entries read");
                if (spool.Count > EvidenceBundle.EntriesMax)
                {
                    throw new UsageException(
                        $"these are more than {EvidenceBundle.EntriesMax:N0} entries",
                        "export several ranges, with --from and --count; for a whole ledger, copy its data directory");
                }
            }

            if (ranges.Count > 1 && spool.Last != range.From + range.Limit - 1)
            {
                throw new UsageException(
                    $"the ledger has no entry {range.From + range.Limit - 1}", "ask for what `ledger status` shows");
            }
        }

        return true;
    }

    private static async Task<bool> WriteEntriesAsync(
        Run run,
        Verifier verifier,
        VerifiedCheckpoint checkpoint,
        ExportSpool spool,
        string directory,
        ProgressLine progress)
    {
        using FileStream lines = File.Create(Path.Combine(directory, EvidenceBundle.EntriesFile));
        EntryPrinter printer = new(lines, EntryFormat.Json);
        using UnpackedWriter unpacked = new(directory);
        Lock telling = new();
        ulong done = 0;
        ParallelOptions few = new() { MaxDegreeOfParallelism = CallsUnderWay, CancellationToken = run.Cancellation };
        await Parallel.ForEachAsync(Shown(spool, printer, unpacked.Printer), few, async (entry, cancellation) =>
        {
            Receipt receipt = await verifier.GetReceiptAsync(entry, checkpoint, cancellation).ConfigureAwait(false);
            string file = Path.Combine(directory, EvidenceBundle.ReceiptFile(entry.Index));
            await File.WriteAllBytesAsync(file, receipt.Format(), cancellation).ConfigureAwait(false);
            lock (telling)
            {
                done++;
                progress.Tell(done, spool.Count, () => $"{done:N0} receipts");
            }
        }).ConfigureAwait(false);
        printer.Flush();
        unpacked.Printer.Finish();
        return true;
    }

    // The loop takes them one at a time and in their order, so that the lines are in it too.
    private static IEnumerable<LedgerEntry> Shown(ExportSpool spool, params EntryPrinter[] printers)
    {
        foreach (LedgerEntry entry in spool.Read())
        {
            foreach (EntryPrinter printer in printers)
            {
                printer.Print(entry.Index, entry.Bytes.Span);
            }

            yield return entry;
        }
    }

    // Where two keys signed, the newer one: the one that people are given today.
    private static VerifierKey SignerOf(VerifiedCheckpoint checkpoint, IReadOnlyList<KeyRotation> rotations)
    {
        VerifierKey[] signers =
        [
            .. checkpoint.Signatures.Select(signature => signature.Key)
                .Where(key => key.Name.Text == checkpoint.Checkpoint.Origin),
        ];
        return rotations.Select(rotation => rotation.NewKey).LastOrDefault(signers.Contains) ?? signers[0];
    }

    private static void WriteTheRest(
        Run run, EvidenceBundle bundle, VerifiedCheckpoint checkpoint, string directory)
    {
        string In(string file) => Path.Combine(directory, file);
        File.WriteAllBytes(In(EvidenceBundle.CheckpointFile), checkpoint.Note.Bytes);
        File.WriteAllText(In(BundleText.ProgramFile), BundleText.Program());
        File.WriteAllText(In("README.md"), BundleText.Readme(bundle, run.Now));
        bundle.Write(directory, run.Now);
    }

    private static void Report(Run run, EvidenceBundle bundle, string directory)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("directory", Path.GetFullPath(directory));
                json.WriteString("origin", bundle.Origin);
                json.WriteNumber("first_index", bundle.Entries.First);
                json.WriteNumber("last_index", bundle.Entries.Last);
                json.WriteNumber("count", bundle.Entries.Count);
                json.WriteNumber("size", bundle.Size);
            });
            return;
        }

        run.Line(
            $"wrote {directory}: {bundle.Entries.Text} of {bundle.Origin}, in the signed tree of size {bundle.Size}");
        run.Note($"anybody can check it with `ledger verify --bundle {directory}`, or as its README.md says");
    }
}
