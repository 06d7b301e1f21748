// `ledger prove`: a file that shows to anybody, without a server, that an entry is in the ledger; for several entries a
// file each. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Writes receipts.</summary>
internal static class ProveCommand
{
    private const ulong ReceiptsMax = 1_000;

    /// <summary>What came of one entry.</summary>
    /// <param name="Gone">Why the receipt does not hold the entry; null: it does.</param>
    private sealed record Proven(string File, ulong Index, ulong Size, Hash256 Leaf, string? Gone);

    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Argument<string> index = new("index") { Description = "The entry, or several such as 3,7,100-120" };
        Option<string?> vkey = VerifyOptionsOf.Vkey();
        Option<string?> output = new("--out", "-o")
        {
            HelpName = "PATH",
            Description = "The receipt, with the entry in it (default LEDGER-INDEX.tlog-proof); of several entries the "
                + "directory for them",
        };
        Option<string?> entryFile = new("--entry")
        {
            HelpName = "FILE",
            Description = "Write the entry's bytes there too, as they are hashed",
        };
        Option<bool> noEntry = new("--no-entry")
        {
            Description = "Without the entry, by its hash: the capability `verify` is enough for that",
        };
        return builder.Make(
            "prove",
            "Write a receipt for an entry (C2SP tlog-proof); `ledger verify --receipt FILE` checks it offline\n\n"
            + "  ledger prove demo 7\n"
            + "  ledger prove demo 3,7,100-120 --out receipts",
            [ledger, index, vkey, output, entryFile, noEntry],
            run => RunAsync(
                run,
                run.Get(ledger),
                IndexRanges.Parse(run.Get(index)),
                run.Get(vkey),
                run.Get(output),
                run.Get(entryFile),
                run.Get(noEntry)));
    }

    private static async Task<int> RunAsync(
        Run run, string ledger, IndexRanges indexes, string? vkey, string? output, string? entryFile, bool noEntry)
    {
        Demand(indexes.Count <= ReceiptsMax, $"these are {indexes.Count:N0} receipts, and one run writes up to "
            + $"{ReceiptsMax:N0}", "`ledger export LEDGER --index LIST` writes more, into one directory");
        Demand(entryFile is null || (indexes.Count == 1 && !noEntry), "--entry goes with one entry that is read", null);
        using LedgerClient client = run.Connect(Capability.Verify);
        using Verifier verifier = LedgerTrust.Open(run, client, ledger, vkey);
        VerifiedCheckpoint newest = await LedgerTrust.UpdateAsync(run, client, verifier).ConfigureAwait(false);
        Demand(
            indexes.Last < newest.Size,
            $"the ledger '{ledger}' has no entry {indexes.Last}: it has {newest.Size}",
            $"`ledger tail {ledger}` shows its end");
        using LedgerClient? reading = noEntry ? null : run.Connect(Capability.Read);
        VerifiedReader? reader = reading?.CreateReader(ledger).Verified(verifier);
        string? directory = indexes.Count > 1 ? output ?? "." : null;
        if (directory is not null)
        {
            Directory.CreateDirectory(directory);
        }

        foreach (ulong index in indexes.Indexes())
        {
            string name = $"{ledger}-{index}.tlog-proof";
            string file = directory is null ? output ?? name : Path.Combine(directory, name);
            Proven one = await ProveAsync(run, reader, verifier, index, file, entryFile).ConfigureAwait(false);
            Tell(run, one);
        }

        return ExitCode.Done;
    }

    private static void Demand(bool isSo, string problem, string? advice)
    {
        if (!isSo)
        {
            throw advice is null ? new UsageException(problem) : new UsageException(problem, advice);
        }
    }

    /// <param name="reader">null: the entry is not read.</param>
    private static async Task<Proven> ProveAsync(
        Run run, VerifiedReader? reader, Verifier verifier, ulong index, string file, string? entryFile)
    {
        LedgerEvent? found = reader is null ? null : await ReadAsync(run, reader, index).ConfigureAwait(false);
        LedgerEntry? entry = found as LedgerEntry;
        string? gone = entry is not null ? null : found is null ? "was not read" : WhyGone(found);
        Demand(
            entry is not null || entryFile is null,
            $"entry {index} {gone}: there are no bytes to write", "leave out --entry");
        (Receipt receipt, Hash256 leaf) = entry is null
            ? await verifier.GetReceiptAsync(index, run.Cancellation).ConfigureAwait(false)
            : (await verifier.GetReceiptAsync(entry, verifier.Newest!, run.Cancellation).ConfigureAwait(false),
                entry.LeafHash);
        await File.WriteAllBytesAsync(file, receipt.Format(), run.Cancellation).ConfigureAwait(false);
        if (entryFile is not null)
        {
            await File.WriteAllBytesAsync(entryFile, entry!.Bytes.ToArray(), run.Cancellation).ConfigureAwait(false);
        }

        ulong size = Checkpoint.Parse(SignedNote.Parse(receipt.Checkpoint).Text).Size;
        return new Proven(file, index, size, leaf, gone);
    }

    private static string WhyGone(LedgerEvent found) => found switch
    {
        ExpiredRange gone => $"has expired by policy (entry {gone.Tombstone} of _audit)",
        UnreadableRange bad => $"cannot be read ({bad.Reason})",
        _ => "is not there",
    };

    private static void Tell(Run run, Proven one)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("file", one.File);
                json.WriteNumber("index", one.Index);
                json.WriteNumber("size", one.Size);
                json.WriteString("leaf_hash", one.Leaf.ToHex());
                json.WriteBoolean("holds_entry", one.Gone is null);
            });
            return;
        }

        run.Line($"wrote {one.File}: entry {one.Index} is in the tree of size {one.Size}");
        if (one.Gone is not null)
        {
            run.Line($"  its leaf hash is {one.Leaf}");
            run.Note($"the entry {one.Gone}, so the receipt does not hold it: whoever has its bytes checks them with "
                + $"`ledger verify --receipt {one.File} --entry FILE`");
        }
    }

    /// <summary>The entry, or what stands in its place. A checkpoint covers it: a server cannot say that there is
    /// none.</summary>
    private static async Task<LedgerEvent> ReadAsync(Run run, VerifiedReader reader, ulong index)
    {
        ReadOptions options = ReadOptions.Range(index, 1) with { GiveUpAfter = run.Patience };
        await foreach (LedgerEvent found in reader.ReadAsync(options, run.Cancellation).ConfigureAwait(false))
        {
            return found;
        }

        throw new InvalidOperationException($"a verified read gave nothing of entry {index}, which is signed");
    }
}
