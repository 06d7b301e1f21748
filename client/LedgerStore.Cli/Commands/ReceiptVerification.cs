// Verifies a receipt without a server, with the entry in it or beside it; or all receipts of a directory, each with the
// entry in it. One thread.
using LedgerStore.Engine;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>Verifies receipts.</summary>
internal static class ReceiptVerification
{
    /// <summary>Of a directory: every file in it must be a receipt that verifies, and each that does not is named.
    /// </summary>
    public static int RunDirectory(Run run, string directory, OfflineTrust trust) =>
        OfflineReport.Guard(run, directory, () =>
        {
            string[] files = Directory.GetFileSystemEntries(directory);
            Array.Sort(files, StringComparer.Ordinal);
            if (files.Length == 0)
            {
                throw new UsageException($"there is no receipt in {directory}");
            }

            List<string> bad = [];
            foreach (string file in files)
            {
                try
                {
                    Check(Receipt.Parse(ForeignFile.Read(file, Receipt.BytesMax)), given: null, file, trust);
                }
                catch (Exception error) when (error is VerificationFailedException or MalformedDataException
                    or IOException)
                {
                    bad.Add($"{Path.GetFileName(file)}: {error.Message}");
                }
            }

            return bad.Count == 0
                ? OfflineReport.Verified(
                    run, directory, trust, json => json.WriteNumber("receipts", files.Length),
                    [$"{files.Length:N0} receipts, each with its entry in a signed tree"])
                : OfflineReport.NotVerified(
                    run, directory, $"{bad.Count:N0} of {files.Length:N0} receipts: {string.Join("; ", bad.Take(20))}");
        });

    public static int Run(Run run, string file, string? entryFile, OfflineTrust trust)
    {
        byte[] text = ForeignFile.ReadNamed(file, Receipt.BytesMax);
        byte[]? given = entryFile is null ? null : ForeignFile.ReadNamed(entryFile, EntryBundle.EntryBytesMax);
        return OfflineReport.Guard(run, file, () =>
        {
            Receipt receipt = Receipt.Parse(text);
            (VerifiedCheckpoint checkpoint, byte[] entry) = Check(receipt, given, file, trust);
            return Report(run, file, receipt, checkpoint, entry, trust);
        });
    }

    /// <summary>Checks that a receipt is true, and returns the entry that it is about.</summary>
    /// <exception cref="VerificationFailedException">It is not.</exception>
    public static (VerifiedCheckpoint Checkpoint, byte[] Entry) Check(
        Receipt receipt, byte[]? given, string file, OfflineTrust trust)
    {
        byte[] entry = given ?? receipt.Extra.ToArray();
        if (entry.Length == 0)
        {
            throw new UsageException(
                $"{file} does not hold the entry that it is about", "give its bytes with --entry FILE");
        }

        // The checkpoint first: it says which log it is, and nothing else of the receipt is signed.
        VerifiedCheckpoint checkpoint = trust.Open(receipt.Checkpoint);
        receipt.Verify(MerkleHash.Leaf(entry), checkpoint);
        return (checkpoint, entry);
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
            EntryPrinter printer = EntryPrinter.Of(
                run, EntryFormat.Text, events: null, where: null, unpacking: null, ledger: string.Empty);
            printer.Print(receipt.Index, entry);
            printer.Flush();
        }

        return code;
    }
}
