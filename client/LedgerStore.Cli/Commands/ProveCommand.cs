// `ledger prove`: a file that shows to anybody, without a server, that an entry is in the ledger. One thread.
using System.CommandLine;
using LedgerStore.Client;
using LedgerStore.Policy;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Writes a receipt.</summary>
internal static class ProveCommand
{
    public static Command Create(CommandBuilder builder)
    {
        Argument<string> ledger = new("ledger") { Description = "The ledger" };
        Argument<ulong> index = new("index") { Description = "The entry" };
        Option<string?> vkey = VerifyOptionsOf.Vkey();
        Option<string?> output = new("--out", "-o")
        {
            HelpName = "FILE",
            Description = "The receipt, with the entry in it (default LEDGER-INDEX.tlog-proof)",
        };
        Option<string?> entryFile = new("--entry")
        {
            HelpName = "FILE",
            Description = "Write the entry's bytes there too, as they are hashed",
        };
        return builder.Make(
            "prove",
            "Write a receipt for an entry (C2SP tlog-proof); `ledger verify --receipt FILE` checks it offline\n\n"
            + "  ledger prove demo 7",
            [ledger, index, vkey, output, entryFile],
            run => RunAsync(
                run, run.Get(ledger), run.Get(index), run.Get(vkey), run.Get(output), run.Get(entryFile)));
    }

    private static async Task<int> RunAsync(
        Run run, string ledger, ulong index, string? vkey, string? output, string? entryFile)
    {
        using LedgerClient reading = run.Connect(Capability.Read);
        using LedgerClient client = run.Connect(Capability.Verify);
        using Verifier verifier = LedgerTrust.Open(run, client, ledger, vkey);
        VerifiedCheckpoint newest = await LedgerTrust.UpdateAsync(run, client, verifier).ConfigureAwait(false);
        if (index >= newest.Size)
        {
            throw new UsageException(
                $"the ledger '{ledger}' has no entry {index}: it has {newest.Size}",
                $"`ledger tail {ledger}` shows its end");
        }

        LedgerEvent found = await ReadAsync(run, reading.CreateReader(ledger).Verified(verifier), index)
            .ConfigureAwait(false);
        LedgerEntry? entry = found as LedgerEntry;
        if (entry is null && entryFile is not null)
        {
            throw new UsageException(
                $"entry {index} {WhyGone(found)}: there are no bytes to write", "leave out --entry");
        }

        (Receipt receipt, Hash256 leaf) = entry is null
            ? await verifier.GetReceiptAsync(index, run.Cancellation).ConfigureAwait(false)
            : (await verifier.GetReceiptAsync(entry, verifier.Newest ?? newest, run.Cancellation)
                .ConfigureAwait(false), entry.LeafHash);
        string file = output ?? $"{ledger}-{index}.tlog-proof";
        await File.WriteAllBytesAsync(file, receipt.Format(), run.Cancellation).ConfigureAwait(false);
        if (entryFile is not null)
        {
            await File.WriteAllBytesAsync(entryFile, entry!.Bytes.ToArray(), run.Cancellation).ConfigureAwait(false);
        }

        Report(run, file, index, receipt, leaf, entry is null ? WhyGone(found) : null);
        return ExitCode.Done;
    }

    private static string WhyGone(LedgerEvent found) => found switch
    {
        ExpiredRange gone => $"has expired by policy (entry {gone.Tombstone} of _audit)",
        UnreadableRange bad => $"cannot be read ({bad.Reason})",
        _ => "is not there",
    };

    /// <param name="gone">Why the receipt does not hold the entry; null: it does.</param>
    private static void Report(Run run, string file, ulong index, Receipt receipt, Hash256 leaf, string? gone)
    {
        ulong size = Checkpoint.Parse(SignedNote.Parse(receipt.Checkpoint).Text).Size;
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("file", file);
                json.WriteNumber("index", index);
                json.WriteNumber("size", size);
                json.WriteString("leaf_hash", leaf.ToHex());
                json.WriteBoolean("holds_entry", gone is null);
            });
            return;
        }

        run.Line($"wrote {file}: entry {index} is in the tree of size {size}");
        if (gone is not null)
        {
            run.Line($"  its leaf hash is {leaf}");
            run.Note($"the entry {gone}, so the receipt does not hold it: whoever has its bytes checks them with "
                + $"`ledger verify --receipt {file} --entry FILE`");
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
