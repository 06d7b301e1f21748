// Verifies an evidence bundle without a server: the signature, every receipt, that none is missing, and that what
// people read is what the receipts hold. One thread.
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Verifies what `ledger export` wrote.</summary>
internal static class BundleVerification
{
    public static Task<int> Run(
        Run run,
        string directory,
        string? vkey,
        IReadOnlyList<string> rotations,
        IReadOnlyList<string> trustedCheckpoints)
    {
        EvidenceBundle bundle = EvidenceBundle.Read(directory);
        VerifierKey key = ReceiptVerification.KeyOf(run, bundle.Origin, vkey);
        try
        {
            LogKeySet keys = ReceiptVerification.KeysFrom(
                bundle.Origin, key, [.. EvidenceBundle.RotationFiles(directory), .. rotations]);
            VerifiedCheckpoint checkpoint = keys.Open(
                File.ReadAllBytes(Path.Combine(directory, EvidenceBundle.CheckpointFile)),
                WitnessPolicy.None.Cosigners);
            ReceiptVerification.CheckAgainst(checkpoint, trustedCheckpoints);
            CheckEntries(directory, bundle, checkpoint);
            Report(run, directory, bundle, checkpoint);
            return Task.FromResult(ExitCode.Done);
        }
        catch (Exception error) when (error is VerificationFailedException or MalformedDataException
            or FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult(ReceiptVerification.NotVerified(run, directory, error.Message));
        }
    }

    private static void CheckEntries(string directory, EvidenceBundle bundle, VerifiedCheckpoint checkpoint)
    {
        if (checkpoint.Size != bundle.Size)
        {
            throw new VerificationFailedException(
                $"bundle.json speaks of a tree of size {bundle.Size}, the checkpoint is of {checkpoint.Size}");
        }

        using StreamReader shown = new(Path.Combine(directory, EvidenceBundle.EntriesFile));
        using MemoryStream line = new();
        EntryPrinter printer = new(line, EntryFormat.Json);
        using StreamReader held = new(line, leaveOpen: true);
        for (ulong index = bundle.FirstIndex; index <= bundle.LastIndex; index++)
        {
            byte[] entry = CheckReceipt(directory, index, checkpoint);
            line.SetLength(0);
            printer.Print(index, entry);
            printer.Flush();
            line.Position = 0;
            if (shown.ReadLine() != held.ReadLine())
            {
                throw new VerificationFailedException(
                    $"entry {index}: {EvidenceBundle.EntriesFile} shows something else than its receipt holds");
            }
        }

        if (shown.ReadLine() is not null)
        {
            throw new VerificationFailedException(
                $"{EvidenceBundle.EntriesFile} shows entries behind {bundle.LastIndex}: nothing proves them");
        }
    }

    private static byte[] CheckReceipt(string directory, ulong index, VerifiedCheckpoint checkpoint)
    {
        try
        {
            Receipt receipt = Receipt.Parse(
                File.ReadAllBytes(Path.Combine(directory, EvidenceBundle.ReceiptFile(index))));
            if (receipt.Index != index)
            {
                throw new VerificationFailedException($"its receipt is of entry {receipt.Index}");
            }

            receipt.Verify(MerkleHash.Leaf(receipt.Extra), checkpoint);
            return receipt.Extra.ToArray();
        }
        catch (Exception error) when (error is VerificationFailedException or MalformedDataException
            or FileNotFoundException)
        {
            string problem = error is FileNotFoundException ? "its receipt is missing" : error.Message;
            throw new VerificationFailedException($"entry {index}: {problem}", error);
        }
    }

    private static void Report(Run run, string directory, EvidenceBundle bundle, VerifiedCheckpoint checkpoint)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", true);
                json.WriteString("origin", bundle.Origin);
                json.WriteNumber("first_index", bundle.FirstIndex);
                json.WriteNumber("last_index", bundle.LastIndex);
                json.WriteNumber("size", checkpoint.Size);
                json.WriteString("root", checkpoint.Root.ToHex());
            });
            return;
        }

        run.Verdict(isGood: true, $"verified: {directory}");
        run.Line($"  {bundle.Range} of {bundle.Origin}, in the signed tree of size {checkpoint.Size}");
    }
}
