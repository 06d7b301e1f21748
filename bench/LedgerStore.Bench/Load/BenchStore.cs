// A store in a directory of its own, on the disk that TMPDIR names. Owned by one suite; the directory goes with it.
using System.Globalization;
using LedgerStore.Engine;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Load;

/// <summary>An open store with ledgers to append to.</summary>
internal sealed class BenchStore : IDisposable
{
    private readonly SigningKey? _key;
    private readonly Func<StoreOptions, StoreOptions> _change;

    public BenchStore(int ledgers)
        : this(ledgers, key: null)
    {
    }

    /// <summary>A store that signs with the key, if there is one; the anchor is beside the data.</summary>
    public BenchStore(int ledgers, SigningKey? key)
        : this(ledgers, key, static options => options)
    {
    }

    /// <summary>The same with other options; a cold directory goes with the store.</summary>
    public BenchStore(int ledgers, SigningKey? key, Func<StoreOptions, StoreOptions> change)
    {
        _key = key;
        _change = change;
        Store = Open();
        Ledgers = [.. Enumerable.Range(0, ledgers).Select(number => Store.CreateLedger(Name(number)))];
    }

    public string DataDirectory { get; } = System.IO.Directory.CreateTempSubdirectory("ledgerstore-bench-").FullName;

    public Store Store { get; private set; }

    public Ledger[] Ledgers { get; private set; }

    public static string Name(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"ledger-{number}");

    /// <summary>Waits until every acknowledged record is hashed and readable too.</summary>
    public async Task SettleAsync()
    {
        foreach (Ledger ledger in Ledgers)
        {
            await ledger.WaitForAsync(ledger.Size).ConfigureAwait(false);
        }
    }

    /// <summary>Closes cleanly and opens again.</summary>
    public void Reopen()
    {
        string[] names = [.. Ledgers.Select(ledger => ledger.Name)];
        Store.Dispose();
        Store = Open();
        Ledgers = [.. names.Select(Store.GetLedger)];
    }

    /// <summary>Bytes of all segment files.</summary>
    public long SegmentBytes() => System.IO.Directory
        .EnumerateFiles(DataDirectory, "*.seg", SearchOption.AllDirectories)
        .Sum(file => new FileInfo(file).Length);

    public void Dispose()
    {
        Store.Dispose();
        System.IO.Directory.Delete(DataDirectory, recursive: true);
        System.IO.File.Delete(AnchorPath);
        if (_change(Options()).ColdDirectory is { } cold && System.IO.Directory.Exists(cold))
        {
            System.IO.Directory.Delete(cold, recursive: true);
        }
    }

    private string AnchorPath => DataDirectory + ".anchor";

    private Store Open() => Store.Open(_change(Options()));

    private StoreOptions Options() => new()
    {
        Directory = DataDirectory,
        Signing = _key is null ? null : new SigningOptions { Key = _key, AnchorPath = AnchorPath },
    };
}
