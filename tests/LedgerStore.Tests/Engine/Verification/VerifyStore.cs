// A store on the disk for the tests of verification: filled by the store itself, signed by a key of the test, closed,
// and then changed by hand. Owned by one test.

using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Journal;
using LedgerStore.Proofs;

namespace LedgerStore.Tests.Engine.Verification;

internal sealed class VerifyStore : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;
    private readonly LinuxFileSystem _files = new();

    public VerifyStore() => Data = Path.Combine(_root, "data");

    public string Data { get; set; }

    public SigningKey Key { get; } = SigningKey.FromSeed(Encoding.UTF8.GetBytes("a key of the test, 32 bytes long"));

    public StorePaths Paths => new(Data);

    public VerifierKey StoreKey => new(KeyName.Parse("test"), SignatureType.Ed25519, Key.PublicKey);

    public void Dispose()
    {
        Key.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    public Store Open() => Store.Open(new StoreOptions
    {
        Directory = Data,
        JournalBudgetBytes = 256 << 20,
        ReserveBytes = 1 << 20,
        PublicName = "ledger.example.org",
        Scrub = new ScrubOptions { IsContinuous = false },
    });

    /// <summary>Opens the store, appends records to a ledger, and closes it.</summary>
    public async Task FillAsync(string ledger, int count)
    {
        using Store store = Open();
        await AppendAsync(store.GetOrCreateLedger(ledger), count);
    }

    public static async Task AppendAsync(Ledger ledger, int count)
    {
        const int Batch = 1000;
        long first = ledger.Size;
        for (int done = 0; done < count; done += Batch)
        {
            int number = Math.Min(Batch, count - done);
            await AppendBatch(ledger, first + done, number);
        }

        await ledger.WaitForAsync(first + count);
    }

    /// <summary>What an operator may copy: the directory as it is now.</summary>
    public string Copy(string name)
    {
        string target = Path.Combine(_root, name);
        CopyDirectory(Data, target);
        return target;
    }

    /// <summary>Signs the ledger at a size, as the store would have at that time, and keeps it in state.log.</summary>
    public byte[] Sign(string ledger, long size, SigningKey? key = null, string? origin = null, Hash256? root = null)
    {
        (CatalogLedger entry, UInt128 storeId) = Find(ledger);
        Hash256 signed = root ?? RootAt(ledger, size);
        NoteSigner signer = new(KeyName.Parse(origin ?? entry.Origin), key ?? Key);
        byte[] note = Checkpoint.Sign(origin ?? entry.Origin, (ulong)size, signed, signer).Bytes.ToArray();
        LedgerStateLog log = LedgerStateLog.Open(
            _files, Paths, storeId, entry.Id, FileAccessMode.ReadWrite, out _);
        log.Stage(new CheckpointRecord(size, signed, note));
        log.CommitNow();
        return note;
    }

    /// <summary>The root by the test's own way: all entries read, all hashed.</summary>
    public Hash256 RootAt(string ledger, long size)
    {
        string copy = Copy("root-" + Guid.NewGuid().ToString("N"));
        using Store store = Store.Open(new StoreOptions { Directory = copy, ReserveBytes = 1 << 20 });
        CompactRange range = new();
        IAsyncEnumerator<EntrySlice> slices =
            store.GetLedger(ledger).ReadAsync(0, size).GetAsyncEnumerator();
        while (slices.MoveNextAsync().AsTask().GetAwaiter().GetResult())
        {
            for (int i = 0; i < slices.Current.Count; i++)
            {
                range.Append(MerkleHash.Leaf(slices.Current.Entry(i)));
            }
        }

        slices.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Assert(range.Size == (ulong)size, "the ledger has that many entries");
        return range.Root();
    }

    /// <summary>Makes state.log say another root of a sealed segment.</summary>
    public void ChangeSealedRoot(string ledger, int segment)
    {
        (CatalogLedger entry, UInt128 storeId) = Find(ledger);
        LedgerStateLog log = LedgerStateLog.Open(
            _files, Paths, storeId, entry.Id, FileAccessMode.ReadWrite, out LedgerState state);
        log.Stage(state.Sealed[segment] with { Root = Hash256.FromHex(new string('7', 64)) });
        log.CommitNow();
    }

    public (CatalogLedger Ledger, UInt128 StoreId) Find(string ledger)
    {
        StoreFile store = StoreFileAccess.Load(_files, Paths);
        Catalog catalog = Catalog.Open(_files, Paths, store.StoreId, FileAccessMode.ReadOnly);
        return (catalog.Find(ledger)!, store.StoreId);
    }

    /// <summary>Writes the catalog anew, all checksums right, with other ledgers in the place of each.</summary>
    /// <param name="keepsFacts">Whether it goes on saying where <c>_audit</c> says who the store is.</param>
    public void RewriteCatalog(Func<CatalogLedger, IEnumerable<CatalogLedger>> edit, bool keepsFacts = true)
    {
        UInt128 storeId = StoreFileAccess.Load(_files, Paths).StoreId;
        CommittedLogIdentity identity = new(CommittedLogKind.Catalog, storeId, 0);
        Catalog catalog = Catalog.Open(_files, Paths, storeId, FileAccessMode.ReadOnly);
        CatalogLedger[] ledgers = catalog.SortedByName();
        File.Delete(Paths.Catalog);
        CommittedLog log = CommittedLog.CreateNew(_files, Paths.Catalog, identity);
        foreach ((CatalogRecordType type, byte[] body) in ledgers.SelectMany(edit).SelectMany(one => one.Records()))
        {
            log.Append((ushort)type, body);
        }

        if (keepsFacts)
        {
            log.Append((ushort)CatalogRecordType.Settled, BitConverter.GetBytes(catalog.SettledSize));
            log.Append((ushort)CatalogRecordType.Facts, BitConverter.GetBytes(catalog.FactsSaid));
        }

        log.CommitNow();
    }

    public VerifyReport Verify(Func<VerifyOptions, VerifyOptions>? change = null)
    {
        VerifyOptions options = new() { DataDirectory = Data, StoreKeys = [StoreKey], Parallelism = 2 };
        return StoreVerifier.Verify(change?.Invoke(options) ?? options);
    }

    /// <summary>The segment file of a ledger, sealed or open, in its newest generation.</summary>
    public string SegmentFile(string ledger, long segment) => Directory
        .GetFiles(Paths.SegmentsDirectory(Find(ledger).Ledger.Id), $"{segment:D12}.*.seg")
        .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal).Last();

    /// <summary>Changes bytes of a file, whatever its mode.</summary>
    public static void Change(string path, Action<byte[]> change)
    {
        byte[] bytes = File.ReadAllBytes(path);
        change(bytes);
        Replace(path, bytes);
    }

    public static void Replace(string path, byte[] bytes)
    {
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }

    private static async Task AppendBatch(Ledger ledger, long first, int count)
    {
        byte[][] records =
            [.. Enumerable.Range(0, count).Select(i => Encoding.UTF8.GetBytes($"record {first + i} of {ledger.Name}"))];
        await ledger.AppendAsync(new RecordBatch
        {
            Lengths = records.Select(record => record.Length).ToArray(),
            Payload = records.SelectMany(record => record).ToArray(),
        });
    }

    private static void CopyDirectory(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from).Where(file => Path.GetFileName(file) != "LOCK"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string directory in Directory.GetDirectories(from))
        {
            CopyDirectory(directory, Path.Combine(to, Path.GetFileName(directory)));
        }
    }

    private static void Assert(bool ok, string what)
    {
        if (!ok)
        {
            throw new InvalidOperationException(what);
        }
    }
}
