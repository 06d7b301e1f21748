// A store of the drill's own with copies of real records: once half of them, as an older copy would have it, and once
// all, with the checkpoint that somebody kept. Made once; then only copied.
using LedgerStore.Client;
using LedgerStore.Engine;
using LedgerStore.Proofs;
using EngineLedger = LedgerStore.Engine.Ledger;

namespace LedgerStore.Cli;

/// <param name="Older">The directory when it had half of the records.</param>
/// <param name="Data">The directory with all.</param>
/// <param name="Kept">A checkpoint of all, as an auditor has it.</param>
internal sealed record DrillSandbox(string Root, string Older, string Data, byte[] Kept, string VerifierKey)
{
    private const string Name = "copy";
    private const string PublicName = "drill.example";
    private const int BatchMax = 16;
    private const long JournalBytes = 64L * 1024 * 1024;

    /// <summary>Makes the two.</summary>
    public static async Task<DrillSandbox> MakeAsync(
        string root, IReadOnlyList<LedgerEntry> entries, CancellationToken cancellation)
    {
        string keyFile = Path.Combine(root, "signing.pem");
        LogKeyFile.Create(keyFile).Dispose();
        string data = Path.Combine(root, "data");
        string older = Path.Combine(root, "older");
        int half = entries.Count / 2;
        using SigningKey key = LogKeyFile.Load(keyFile);
        await FillAsync(key, data, root, entries.Take(half), half, cancellation).ConfigureAwait(false);
        Copy(data, older);
        (byte[] kept, string vkey) = await FillAsync(
            key, data, root, entries.Skip(half), entries.Count, cancellation).ConfigureAwait(false);
        return new DrillSandbox(root, older, data, kept, vkey);
    }

    /// <summary>A copy that may be spoiled.</summary>
    public string CopyOf(string directory, string name)
    {
        string copy = Path.Combine(Root, name);
        Copy(directory, copy);
        return copy;
    }

    private static async Task<(byte[] Note, string Vkey)> FillAsync(
        SigningKey key, string data, string root, IEnumerable<LedgerEntry> entries, int size,
        CancellationToken cancellation)
    {
        using Store store = Store.Open(new StoreOptions
        {
            Directory = data,
            PublicName = PublicName,
            JournalBudgetBytes = JournalBytes,
            ReserveBytes = 0,
            Signing = new SigningOptions { Key = key, AnchorPath = Path.Combine(root, "anchor") },
        });
        EngineLedger ledger = store.GetOrCreateLedger(Name);
        foreach (LedgerEntry[] some in entries.Chunk(BatchMax))
        {
            await AppendAsync(ledger, some, cancellation).ConfigureAwait(false);
        }

        PublishedCheckpoint signed = await ledger.WaitForCheckpointAsync(size, cancellation).ConfigureAwait(false);
        return (signed.Note.ToArray(), ledger.VerifierKey!);
    }

    // Without producers: their numbers would have to begin with one.
    private static async Task AppendAsync(EngineLedger ledger, LedgerEntry[] entries, CancellationToken cancellation)
    {
        byte[] payload = [.. entries.SelectMany(static one => one.Payload.ToArray())];
        int[] lengths = [.. entries.Select(static one => one.Payload.Length)];
        ValueTask<AppendResult> appended = ledger.AppendAsync(
            new RecordBatch { Appender = "ledger-drill"u8, Lengths = lengths, Payload = payload }, cancellation);
        _ = await appended.ConfigureAwait(false);
    }

    private static void Copy(string from, string to)
    {
        _ = Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string below in Directory.GetDirectories(from))
        {
            Copy(below, Path.Combine(to, Path.GetFileName(below)));
        }
    }
}
