// What `ledger export` writes and `ledger verify` reads: a directory that shows, without a server, that entries are in
// a log.
//
//   bundle.json                        written last: origin, first_index, count, size, root; see below
//   vkey                               the log's key, as the exporter knows it
//   checkpoint                         one signed checkpoint, that of every receipt
//   rotations/<04d>                    if the log changed its key: the statements, from the oldest on
//   receipts/<012d>.tlog-proof         for each entry its proof, with the entry in it
//   entries.ndjson                     the entries to read, as `ledger read --format json` shows them
//   unpacked.ndjson                    if an intake compressed events or cut them into parts: those events, whole
//   check_receipt.py, README.md        how to check it with other tools
//
// Version 1 of bundle.json is of one range of at most 10,000 entries and has no `ranges`. Version 2 names each range of
// chosen entries, [first, count], ascending.
//
// Pure, but for the files.
using System.Globalization;
using System.Text.Json;
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Cli;

/// <summary>What an evidence bundle says about itself.</summary>
internal sealed record EvidenceBundle(string Origin, IndexRanges Entries, ulong Size, string Root)
{
    /// <summary>More would be a directory that nobody can handle; several exports can follow each other.</summary>
    public const ulong EntriesMax = 1_000_000;

    public const string KeyFile = "vkey";
    public const string CheckpointFile = "checkpoint";
    public const string EntriesFile = "entries.ndjson";
    public const string UnpackedFile = "unpacked.ndjson";
    public const string ReceiptsDirectory = "receipts";
    public const string RotationsDirectory = "rotations";

    private const string File = "bundle.json";
    // A million ranges of one entry each.
    private const int BytesMax = 32 * 1024 * 1024;
    private const string Kind = "ledgerstore-evidence-bundle";

    // Of a name that stands twice, readers take the first or the last: they would verify different things.
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private const int OneRange = 1;
    private const int ChosenEntries = 2;
    private const ulong OneRangeMax = 10_000;

    public static string ReceiptFile(ulong index) =>
        string.Create(CultureInfo.InvariantCulture, $"{ReceiptsDirectory}/{index:d12}.tlog-proof");

    public static void WriteRotations(string directory, IReadOnlyList<KeyRotation> rotations)
    {
        if (rotations.Count == 0)
        {
            return;
        }

        string into = Path.Combine(directory, RotationsDirectory);
        Directory.CreateDirectory(into);
        for (int number = 0; number < rotations.Count; number++)
        {
            string name = (number + 1).ToString("d4", CultureInfo.InvariantCulture);
            System.IO.File.WriteAllBytes(Path.Combine(into, name), rotations[number].Note.Bytes);
        }
    }

    /// <summary>The statements; more than a log can have are refused.</summary>
    public static IReadOnlyList<byte[]> ReadRotations(string directory)
    {
        string from = Path.Combine(directory, RotationsDirectory);
        if (!Directory.Exists(from))
        {
            return [];
        }

        string[] files = [.. Directory.EnumerateFileSystemEntries(from).Take(LogKeySet.KeysMax + 1)];
        return files.Length <= LogKeySet.KeysMax
            ? [.. files.Order(StringComparer.Ordinal).Select(file => ForeignFile.Read(file, SignedNote.BytesMax))]
            : throw new VerificationFailedException($"{RotationsDirectory} has more files than a log has keys");
    }

    public static EvidenceBundle Read(string directory)
    {
        string path = Path.Combine(directory, File);
        try
        {
            using JsonDocument json = JsonDocument.Parse(ForeignFile.Read(path, BytesMax), s_strict);
            JsonElement root = json.RootElement;
            int version = root.GetProperty("version").GetInt32();
            if (root.GetProperty("format").GetString() != Kind || version is not (OneRange or ChosenEntries))
            {
                throw new UsageException($"{path} is of a format that this version does not know");
            }

            IndexRange all = new(root.GetProperty("first_index").GetUInt64(), root.GetProperty("count").GetUInt64());
            IndexRanges? entries = IndexRanges.Of(version == OneRange
                ? [all]
                : root.GetProperty("ranges").EnumerateArray().Select(
                    static pair => new IndexRange(pair[0].GetUInt64(), pair[1].GetUInt64())));
            return entries is not null && entries.Count == all.Count && entries.First == all.First
                && all.Count <= EntriesMax
                ? new EvidenceBundle(root.GetProperty("origin").GetString()!, entries,
                    root.GetProperty("size").GetUInt64(), root.GetProperty("root").GetString()!)
                : throw new UsageException(
                    $"{path} names {all.Count} entries from {all.First} on: that is no bundle");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or IndexOutOfRangeException)
        {
            throw new UsageException($"{path} describes no bundle: {error.Message}");
        }
    }

    public void Write(string directory, DateTimeOffset now) => System.IO.File.WriteAllText(
        Path.Combine(directory, File),
        JsonOutput.Line(json =>
        {
            json.WriteString("format", Kind);
            bool isOne = Entries is { All.Count: 1, Count: <= OneRangeMax };
            json.WriteNumber("version", isOne ? OneRange : ChosenEntries);
            json.WriteString("origin", Origin);
            json.WriteNumber("first_index", Entries.First);
            json.WriteNumber("count", Entries.Count);
            if (!isOne)
            {
                WriteRanges(json);
            }

            json.WriteNumber("size", Size);
            json.WriteString("root", Root);
            json.WriteString("exported", JsonOutput.Time(now));
        }) + "\n");

    private void WriteRanges(Utf8JsonWriter json)
    {
        json.WriteStartArray("ranges");
        foreach (IndexRange range in Entries.All)
        {
            json.WriteStartArray();
            json.WriteNumberValue(range.First);
            json.WriteNumberValue(range.Count);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
