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
            "Write a receipt for an entry (C2SP tlog-proof); `ledger verify FILE` checks it offline\n\n"
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
        LedgerEntry entry = await ReadAsync(run, reading, ledger, index).ConfigureAwait(false);
        Receipt receipt = await verifier.GetReceiptAsync(entry, run.Cancellation).ConfigureAwait(false);
        Receipt whole = Receipt.Create(
            receipt.Index, receipt.Proof, SignedNote.Parse(receipt.Checkpoint), entry.Bytes.Span);
        string file = output ?? $"{ledger}-{index}.tlog-proof";
        await File.WriteAllBytesAsync(file, whole.Format(), run.Cancellation).ConfigureAwait(false);
        if (entryFile is not null)
        {
            await File.WriteAllBytesAsync(entryFile, entry.Bytes.ToArray(), run.Cancellation).ConfigureAwait(false);
        }

        ulong size = Checkpoint.Parse(SignedNote.Parse(receipt.Checkpoint).Text).Size;
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("file", file);
                json.WriteNumber("index", index);
                json.WriteNumber("size", size);
                json.WriteString("leaf_hash", entry.LeafHash.ToHex());
            });
        }
        else
        {
            run.Line($"wrote {file}: entry {index} is in the tree of size {size}");
        }

        return ExitCode.Done;
    }

    private static async Task<LedgerEntry> ReadAsync(Run run, LedgerClient client, string ledger, ulong index)
    {
        ReadOptions options = ReadOptions.Range(index, 1) with { GiveUpAfter = run.Patience };
        await client.Catalog.DescribeAsync(ledger, run.Cancellation).ConfigureAwait(false);
        await foreach (LedgerEntry entry in client.CreateReader(ledger).ReadEntriesAsync(options, run.Cancellation)
            .ConfigureAwait(false))
        {
            return entry;
        }

        throw new UsageException(
            $"the ledger '{ledger}' has no entry {index}", $"`ledger tail {ledger}` shows its end");
    }
}
