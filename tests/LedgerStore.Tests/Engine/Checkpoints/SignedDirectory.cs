// A data directory with its key and its anchor beside it, on the real disk, for tests that open and tamper with it.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Checkpoints;

internal sealed class SignedDirectory : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;

    public SigningKey Key { get; } = SigningKey.Generate();

    public string Data => Path.Combine(_root, "data");

    public string Anchor => Path.Combine(_root, "anchor");

    public string Beside(string name) => Path.Combine(_root, name);

    public void Dispose()
    {
        Key.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    public SigningOptions Signing => new() { Key = Key, AnchorPath = Anchor };

    public Store Open() => Open(Signing);

    public Store Open(SigningOptions? signing) => Open(options => options with { Signing = signing });

    public Store Open(Func<StoreOptions, StoreOptions> change) =>
        Store.Open(
            change(new StoreOptions
            {
                Directory = Data,
                JournalBudgetBytes = 16 << 20,
                ReserveBytes = 1 << 20,
                Signing = Signing,
            }),
            new StoreTuning { JournalFileBytes = 4 << 20, BufferBytes = 1 << 20, BufferCount = 3 },
            new LinuxFileSystem());

    /// <summary>Opens the store, appends, waits for the checkpoint and closes.</summary>
    public async Task<PublishedCheckpoint> AppendSigned(string ledger, int count)
    {
        using Store store = Open();
        return await AppendSigned(store.GetOrCreateLedger(ledger), count);
    }

    public static async Task<PublishedCheckpoint> AppendSigned(Ledger ledger, int count)
    {
        await Append(ledger, count);
        return await ledger.WaitForCheckpointAsync(ledger.Size);
    }

    public static async Task Append(Ledger ledger, int count)
    {
        int[] lengths = new int[count];
        Array.Fill(lengths, 20);
        byte[] payload = new byte[20 * count];
        Random.Shared.NextBytes(payload);
        await ledger.AppendAsync(new RecordBatch { Lengths = lengths, Payload = payload });
    }

    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(directory.Replace(from, to, StringComparison.Ordinal));
        }

        // The lock of an open store is held, and a copy does without it.
        string[] files = Directory.GetFiles(from, "*", SearchOption.AllDirectories);
        foreach (string file in files.Where(static file => Path.GetFileName(file) != "LOCK"))
        {
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
        }
    }

    /// <summary>Puts an older copy of the data in the place of the newer one.</summary>
    public void Restore(string copy)
    {
        Directory.Delete(Data, recursive: true);
        Directory.Move(copy, Data);
    }
}
