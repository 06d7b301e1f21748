// Verifies one file without a server: a receipt with its entry, or the evidence of a violation. One thread.
using System.Text;
using LedgerStore.Client;
using LedgerStore.Proofs;
using LedgerStore.Protocol.Wire;

namespace LedgerStore.Cli;

/// <summary>Verifies receipts and evidence.</summary>
internal static class ReceiptVerification
{
    public static Task<int> Run(
        Run run,
        string file,
        string? entryFile,
        string? vkey,
        IReadOnlyList<string> rotations,
        IReadOnlyList<string> trustedCheckpoints)
    {
        byte[] text = File.ReadAllBytes(file);
        return Task.FromResult(text.AsSpan().TrimStart("\n\r\t "u8) is [(byte)'{', ..]
            ? CheckEvidence(run, file, vkey)
            : CheckReceipt(run, file, text, entryFile, vkey, rotations, trustedCheckpoints));
    }

    private static int CheckReceipt(
        Run run,
        string file,
        byte[] text,
        string? entryFile,
        string? vkey,
        IReadOnlyList<string> rotations,
        IReadOnlyList<string> trustedCheckpoints)
    {
        string problem;
        try
        {
            Receipt receipt = Receipt.Parse(text);
            byte[] entry = entryFile is null ? receipt.Extra.ToArray() : File.ReadAllBytes(entryFile);
            if (entry.Length == 0)
            {
                throw new UsageException(
                    $"{file} does not hold the entry that it is about", "give its bytes with --entry FILE");
            }

            string origin = Checkpoint.Parse(SignedNote.Parse(receipt.Checkpoint).Text).Origin;
            VerifierKey key = KeyOf(run, origin, vkey);
            VerifiedCheckpoint checkpoint = receipt.Verify(
                MerkleHash.Leaf(entry), KeysFrom(origin, key, rotations), WitnessPolicy.None);
            CheckAgainst(checkpoint, trustedCheckpoints);
            Report(run, file, receipt, checkpoint, entry);
            return ExitCode.Done;
        }
        catch (Exception error) when (error is VerificationFailedException or MalformedDataException)
        {
            problem = error.Message;
        }

        return NotVerified(run, file, problem);
    }

    // Two sizes need a consistency proof, which a file does not hold; at one size the roots must be the same.
    public static void CheckAgainst(VerifiedCheckpoint checkpoint, IReadOnlyList<string> files)
    {
        foreach (string file in files)
        {
            Checkpoint known = Checkpoint.Parse(SignedNote.Parse(File.ReadAllBytes(file)).Text);
            if (known.Origin == checkpoint.Checkpoint.Origin && known.Size == checkpoint.Size
                && known.Root != checkpoint.Root)
            {
                throw new VerificationFailedException(
                    $"the tree of size {known.Size} has the root {checkpoint.Root}, in {file} it has "
                    + $"{known.Root}: the log shows two histories");
            }
        }
    }

    private static int CheckEvidence(Run run, string file, string? vkey)
    {
        Evidence evidence = Evidence.Load(file);
        EvidenceVerdict verdict = evidence.Check(KeyOf(run, evidence.Origin, vkey).ToString());
        string meaning = verdict switch
        {
            EvidenceVerdict.Proves => "proven: the log signed things that contradict each other",
            EvidenceVerdict.Supports => "supported: ask the log for the proof that it did not give",
            _ => "the evidence does not show what it claims",
        };
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteString("evidence", evidence.Kind.ToString());
                json.WriteString("origin", evidence.Origin);
                json.WriteString("statement", evidence.Statement);
                json.WriteString("verdict", verdict.ToString().ToLowerInvariant());
            });
        }
        else
        {
            run.Line($"{evidence.Origin}: {evidence.Statement}");
            run.Line(meaning);
        }

        return verdict == EvidenceVerdict.DoesNotHold ? ExitCode.NotVerified : ExitCode.Done;
    }

    /// <summary>The keys that a trusted one leads to, by statements of rotations that lie in files.</summary>
    public static LogKeySet KeysFrom(string origin, VerifierKey key, IReadOnlyList<string> rotations) =>
        LogKeySet.Trust(origin, key, [.. rotations.Select(file => KeyRotation.Open(File.ReadAllBytes(file)))]);

    /// <summary>The key of an origin: given for this run, or trusted.</summary>
    public static VerifierKey KeyOf(Run run, string origin, string? vkey)
    {
        VerifierKey? key = vkey is not null
            ? VerifierKey.Parse(vkey)
            : TrustFile.Load(run.Settings.TrustPath).Keys.Find(trusted => trusted.Name.Text == origin);
        return key ?? throw new UsageException(
            $"no key of {origin} is trusted", "`ledger trust add VKEY`, with the vkey from whoever runs the store");
    }

    private static void Report(Run run, string file, Receipt receipt, VerifiedCheckpoint checkpoint, byte[] entry)
    {
        EntryView view = EntryView.Parse(entry);
        if (run.IsJson)
        {
            string payload = Encoding.UTF8.GetString(view.Payload);
            string received = EntryPrinter.TimeOf(view.ReceivedUnixMicros);
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", true);
                json.WriteString("origin", checkpoint.Checkpoint.Origin);
                json.WriteNumber("index", receipt.Index);
                json.WriteNumber("size", checkpoint.Size);
                json.WriteString("received", received);
                json.WriteString("payload", payload);
            });
            return;
        }

        run.Verdict(isGood: true, $"verified: {file}");
        run.Line($"  entry {receipt.Index} of {checkpoint.Checkpoint.Origin}, in the signed tree of size "
            + $"{checkpoint.Size}");
        run.Host.Out.Flush();
        EntryPrinter printer = new(run.Host.Output, EntryFormat.Text);
        printer.Print(receipt.Index, entry);
        printer.Flush();
    }

    public static int NotVerified(Run run, string file, string problem)
    {
        if (run.IsJson)
        {
            JsonOutput.Object(run, json =>
            {
                json.WriteBoolean("verified", false);
                json.WriteString("problem", problem);
            });
        }
        else
        {
            run.Verdict(isGood: false, $"NOT VERIFIED: {file}");
            run.Line($"  {problem}");
        }

        return ExitCode.NotVerified;
    }
}
