// Verifies an evidence bundle without a server: the signature, every receipt, that none is missing and none too many,
// and that what people read is what the receipts hold. One thread.
using System.Text.Json;
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>Verifies what `ledger export` wrote.</summary>
internal static class BundleVerification
{
    // An entry of 64 KiB, each byte of which is escaped, and names around it.
    private const int LineBytesMax = 1 << 20;

    public static int Run(Run run, string directory, OfflineTrust trust) =>
        OfflineReport.Guard(run, directory, () =>
        {
            if (!Directory.Exists(directory))
            {
                throw new UsageException($"there is no directory {directory}");
            }

            EvidenceBundle bundle = EvidenceBundle.Read(directory);
            DemandNoLink(directory, EvidenceBundle.ReceiptsDirectory);
            DemandNoLink(directory, EvidenceBundle.RotationsDirectory);
            try
            {
                VerifiedCheckpoint checkpoint = trust.Open(
                    bundle.Origin,
                    ForeignFile.Read(Path.Combine(directory, EvidenceBundle.CheckpointFile), SignedNote.BytesMax),
                    EvidenceBundle.ReadRotations(directory));
                CheckEntries(directory, bundle, checkpoint);
                return Report(run, directory, bundle, checkpoint, trust);
            }
            catch (Exception error) when (error is IOException)
            {
                throw new VerificationFailedException(error.Message, error);
            }
        });

    // What a link leads to may be another thing tomorrow, and is not what was handed over.
    private static void DemandNoLink(string directory, string name)
    {
        if (new DirectoryInfo(Path.Combine(directory, name)).LinkTarget is { } target)
        {
            throw new VerificationFailedException($"{name} is a symbolic link to '{target}', and none is followed");
        }
    }

    private static void CheckEntries(string directory, EvidenceBundle bundle, VerifiedCheckpoint checkpoint)
    {
        if (checkpoint.Size != bundle.Size || checkpoint.Root.ToHex() != bundle.Root)
        {
            throw new VerificationFailedException(
                $"bundle.json speaks of a tree of size {bundle.Size} with the root {bundle.Root}, the checkpoint is of "
                + $"{checkpoint.Size} with {checkpoint.Root}");
        }

        using Stream shown = ForeignFile.Open(Path.Combine(directory, EvidenceBundle.EntriesFile));
        using BufferedStream lines = new(shown, 64 * 1024);
        using MemoryStream line = new();
        EntryPrinter printer = new(line, EntryFormat.Json);
        using UnpackedCheck unpacked = new(directory);
        foreach (ulong index in bundle.Entries.Indexes())
        {
            byte[] entry = CheckReceipt(directory, index, checkpoint);
            line.SetLength(0);
            printer.Print(index, entry);
            printer.Flush();
            unpacked.Printer.Print(index, entry);
            if (!IsSame(ReadLine(lines), line.GetBuffer().AsMemory(0, (int)line.Length - 1)))
            {
                throw new VerificationFailedException(
                    $"entry {index}: {EvidenceBundle.EntriesFile} shows something else than its receipt holds");
            }
        }

        if (lines.ReadByte() >= 0)
        {
            throw new VerificationFailedException(
                $"{EvidenceBundle.EntriesFile} shows entries behind {bundle.Entries.Last}: nothing proves them");
        }

        unpacked.Finish();
        FindStrangers(directory, bundle);
    }

    /// <summary>A receipt that was not checked would pass for one that was.</summary>
    private static void FindStrangers(string directory, EvidenceBundle bundle)
    {
        HashSet<string> known =
            [.. bundle.Entries.Indexes().Select(index => Path.GetFileName(EvidenceBundle.ReceiptFile(index)))];
        string receipts = Path.Combine(directory, EvidenceBundle.ReceiptsDirectory);
        foreach (string path in Directory.EnumerateFileSystemEntries(receipts))
        {
            if (!known.Contains(Path.GetFileName(path)))
            {
                throw new VerificationFailedException(
                    $"{EvidenceBundle.ReceiptsDirectory}/{Path.GetFileName(path)} is of no entry of this bundle");
            }
        }
    }

    private static byte[] CheckReceipt(string directory, ulong index, VerifiedCheckpoint checkpoint)
    {
        try
        {
            Receipt receipt = Receipt.Parse(ForeignFile.Read(
                Path.Combine(directory, EvidenceBundle.ReceiptFile(index)), Receipt.BytesMax));
            if (receipt.Index != index)
            {
                throw new VerificationFailedException($"its receipt is of entry {receipt.Index}");
            }

            receipt.Verify(MerkleHash.Leaf(receipt.Extra), checkpoint);
            return receipt.Extra.ToArray();
        }
        catch (Exception error) when (error is VerificationFailedException or MalformedDataException or IOException)
        {
            string problem = error is FileNotFoundException ? "its receipt is missing" : error.Message;
            throw new VerificationFailedException($"entry {index}: {problem}", error);
        }
    }

    /// <summary>A line, without its line feed; null at the end.</summary>
    private static byte[]? ReadLine(Stream lines)
    {
        List<byte> line = [];
        for (int value = lines.ReadByte(); value != '\n'; value = lines.ReadByte())
        {
            if (value < 0)
            {
                return line.Count == 0 ? null : [.. line];
            }

            if (line.Count == LineBytesMax)
            {
                throw new VerificationFailedException(
                    $"{EvidenceBundle.EntriesFile} has a line of more than {LineBytesMax:N0} bytes");
            }

            line.Add((byte)value);
        }

        return [.. line];
    }

    // Bundles of the first version have less escaped: the values must be the same, and nothing may drive a terminal.
    private static bool IsSame(byte[]? shown, ReadOnlyMemory<byte> held)
    {
        if (shown is null || held.Span.SequenceEqual(shown))
        {
            return shown is not null;
        }

        if (SafeText.TryDecode(shown) is not { } text || text.Any(static c => char.IsControl(c) && c != '\t'))
        {
            return false;
        }

        try
        {
            using JsonDocument one = JsonDocument.Parse(shown);
            using JsonDocument other = JsonDocument.Parse(held);
            return JsonElement.DeepEquals(one.RootElement, other.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static int Report(
        Run run, string directory, EvidenceBundle bundle, VerifiedCheckpoint checkpoint, OfflineTrust trust) =>
        OfflineReport.Verified(
            run,
            directory,
            trust,
            json =>
            {
                json.WriteString("origin", bundle.Origin);
                json.WriteNumber("first_index", bundle.Entries.First);
                json.WriteNumber("last_index", bundle.Entries.Last);
                json.WriteNumber("count", bundle.Entries.Count);
                json.WriteNumber("size", checkpoint.Size);
                json.WriteString("root", checkpoint.Root.ToHex());
            },
            [$"{bundle.Entries.Text} of {bundle.Origin}, in the signed tree of size {checkpoint.Size}"]);
}
