// `ledger export`: a range of entries as a directory that anybody can check without a server. Entries are read by one
// thread; receipts are fetched by a few calls at a time.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Exports an evidence bundle.</summary>
internal static class ExportCommand
{
    private const int CallsUnderWay = 16;

    // They are held in memory until a checkpoint covers the last of them.
    private const long BytesMax = 256L << 20;

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
            + "  ledger export payments --since 2026-11-20T00:00:00Z --until 2026-11-21T00:00:00Z\n"
            + "  ledger verify --bundle case-17",
            [ledger, from, count, since, until, vkey, output],
            run => RunAsync(run, run.Get(ledger), run.Get(vkey), run.Get(output), new ReadOptions
            {
                From = run.Get(from),
                FromTime = run.Get(since),
                Until = run.Get(until),

                // One more than there may be, so that too many are noticed.
                Limit = run.Get(count) == 0 ? EvidenceBundle.EntriesMax + 1 : run.Get(count),
                GiveUpAfter = run.Patience,
            }));
    }

    private static async Task<int> RunAsync(
        Run run, string ledger, string? vkey, string? output, ReadOptions options)
    {
        if (output is not null)
        {
            DemandNew(output);
        }

        using LedgerClient reading = run.Connect(Capability.Read);
        using LedgerClient verifying = run.Connect(Capability.Verify);
        using Verifier verifier = LedgerTrust.Open(run, verifying, ledger, vkey);
        await LedgerTrust.UpdateAsync(run, verifying, verifier).ConfigureAwait(false);
        List<LedgerEntry> entries = await ReadAsync(
            run, ledger, reading.CreateReader(ledger).Verified(verifier), options).ConfigureAwait(false);
        VerifiedCheckpoint checkpoint = await verifier.WaitForAsync(entries[^1].Index + 1, run.Cancellation)
            .ConfigureAwait(false);
        EvidenceBundle bundle = new(
            checkpoint.Checkpoint.Origin,
            entries[0].Index,
            (ulong)entries.Count,
            checkpoint.Size,
            checkpoint.Root.ToHex());
        string directory = output ?? $"{ledger}-{bundle.FirstIndex}-{bundle.LastIndex}";
        DemandNew(directory);
        Directory.CreateDirectory(Path.Combine(directory, EvidenceBundle.ReceiptsDirectory));
        await ProgressLine.RunAsync(
            run,
            $"export {ledger}",
            entries.Count,
            progress => WriteReceiptsAsync(run, verifier, checkpoint, entries, directory, progress))
            .ConfigureAwait(false);
        IReadOnlyList<KeyRotation> rotations = await verifier.GetRotationsAsync(run.Cancellation).ConfigureAwait(false);
        EvidenceBundle.WriteRotations(directory, rotations);
        string vkeyFile = Path.Combine(directory, EvidenceBundle.KeyFile);
        await File.WriteAllTextAsync(vkeyFile, SignerOf(checkpoint, rotations) + "\n", run.Cancellation)
            .ConfigureAwait(false);
        WriteTheRest(run, bundle, checkpoint, entries, directory);
        Report(run, bundle, directory);
        return ExitCode.Done;
    }

    private static void DemandNew(string directory)
    {
        if (Path.Exists(directory))
        {
            throw new UsageException($"{directory} is there already", "give a new directory with --out");
        }
    }

    // Proven: whatever a checkpoint signs of the range is there, and nothing else.
    private static async Task<List<LedgerEntry>> ReadAsync(
        Run run, string ledger, VerifiedReader reader, ReadOptions options)
    {
        List<LedgerEntry> entries = [];
        long bytes = 0;
        await foreach (LedgerEntry entry in reader.ReadEntriesAsync(options, run.Cancellation).ConfigureAwait(false))
        {
            entries.Add(entry);
            bytes += entry.Bytes.Length;
            if ((ulong)entries.Count > EvidenceBundle.EntriesMax || bytes > BytesMax)
            {
                throw new UsageException(
                    $"these are more than {EvidenceBundle.EntriesMax:N0} entries, or than {BytesMax >> 20} MiB",
                    "export several ranges, with --from and --count; for a whole ledger, copy its data directory");
            }
        }

        return entries.Count > 0
            ? entries
            : throw new UsageException($"the ledger '{ledger}' has no entries there");
    }

    private static async Task<bool> WriteReceiptsAsync(
        Run run,
        Verifier verifier,
        VerifiedCheckpoint checkpoint,
        List<LedgerEntry> entries,
        string directory,
        ProgressLine progress)
    {
        int done = 0;
        ParallelOptions few = new() { MaxDegreeOfParallelism = CallsUnderWay, CancellationToken = run.Cancellation };
        await Parallel.ForEachAsync(entries, few, async (entry, cancellation) =>
        {
            Receipt receipt = await verifier.GetReceiptAsync(entry, checkpoint, cancellation).ConfigureAwait(false);
            string file = Path.Combine(directory, EvidenceBundle.ReceiptFile(entry.Index));
            await File.WriteAllBytesAsync(file, receipt.Format(), cancellation).ConfigureAwait(false);
            int now = Interlocked.Increment(ref done);
            lock (entries)
            {
                progress.Tell(now, entries.Count, () => $"{now:N0} receipts");
            }
        }).ConfigureAwait(false);
        return true;
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
        Run run, EvidenceBundle bundle, VerifiedCheckpoint checkpoint, List<LedgerEntry> entries, string directory)
    {
        string In(string file) => Path.Combine(directory, file);
        using (FileStream lines = File.Create(In(EvidenceBundle.EntriesFile)))
        {
            EntryPrinter printer = new(lines, EntryFormat.Json);
            entries.ForEach(entry => printer.Print(entry.Index, entry.Bytes.Span));
            printer.Flush();
        }

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
                json.WriteNumber("first_index", bundle.FirstIndex);
                json.WriteNumber("last_index", bundle.LastIndex);
                json.WriteNumber("size", bundle.Size);
            });
            return;
        }

        run.Line($"wrote {directory}: {bundle.Range} of {bundle.Origin}, in the signed tree of size {bundle.Size}");
        run.Note($"anybody can check it with `ledger verify --bundle {directory}`, or as its README.md says");
    }
}
