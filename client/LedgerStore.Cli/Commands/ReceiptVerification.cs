// Verifies a receipt without a server, with the entry in it or beside it. One thread.
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>Verifies receipts.</summary>
internal static class ReceiptVerification
{
    public static int Run(Run run, string file, string? entryFile, OfflineTrust trust)
    {
        byte[] text = ForeignFile.ReadNamed(file, Receipt.BytesMax);
        byte[]? given = entryFile is null ? null : ForeignFile.ReadNamed(entryFile, EntryBundle.EntryBytesMax);
        return OfflineReport.Guard(run, file, () =>
        {
            Receipt receipt = Receipt.Parse(text);
            byte[] entry = given ?? receipt.Extra.ToArray();
            if (entry.Length == 0)
            {
                throw new UsageException(
                    $"{file} does not hold the entry that it is about", "give its bytes with --entry FILE");
            }

            // The checkpoint first: it says which log it is, and nothing else of the receipt is signed.
            VerifiedCheckpoint checkpoint = trust.Open(receipt.Checkpoint);
            receipt.Verify(MerkleHash.Leaf(entry), checkpoint);
            return Report(run, file, receipt, checkpoint, entry, trust);
        });
    }

    private static int Report(
        Run run, string file, Receipt receipt, VerifiedCheckpoint checkpoint, byte[] entry, OfflineTrust trust)
    {
        EntryView view = EntryView.Parse(entry);
        string received = EntryPrinter.TimeOf(view.ReceivedUnixMicros);
        byte[] payload = view.Payload.ToArray();
        string origin = checkpoint.Checkpoint.Origin;
        int code = OfflineReport.Verified(
            run,
            file,
            trust,
            json =>
            {
                json.WriteString("origin", origin);
                json.WriteNumber("index", receipt.Index);
                json.WriteNumber("size", checkpoint.Size);
                json.WriteString("received", received);
                EntryPrinter.WriteText(json, "payload", payload);
            },
            [$"entry {receipt.Index} of {origin}, in the signed tree of size {checkpoint.Size}"]);
        if (!run.IsJson)
        {
            EntryPrinter printer = EntryPrinter.Of(run, EntryFormat.Text, events: null);
            printer.Print(receipt.Index, entry);
            printer.Flush();
        }

        return code;
    }
}
