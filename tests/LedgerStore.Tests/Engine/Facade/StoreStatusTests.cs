// How a store is as a whole is known without opening the ledgers that nobody uses.

using LedgerStore.Engine;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

public sealed class StoreStatusTests : IDisposable
{
    private const int Ledgers = 10;

    // What the store says in _audit of itself and of each ledger.
    private const int Said = 2 + Ledgers;

    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-status-").FullName;
    private readonly SigningKey _key;

    public StoreStatusTests() => _key = LogKeyFile.Create(Path.Combine(_directory, "key.pem"));

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Entries_are_counted_across_restarts_and_no_ledger_is_opened_for_it()
    {
        using (Store store = Open())
        {
            for (int number = 0; number < Ledgers; number++)
            {
                Ledger ledger = store.CreateLedger($"l{number}");
                await ledger.AppendAsync(new RecordBatch { Lengths = [1, 1, 1], Payload = "abc"u8 });
            }

            Assert.Equal((3 * Ledgers) + Said, store.EntryCount);
            Assert.Equal(Ledgers + 1, store.DescribeInUse().Count);
        }

        using Store again = Open();
        Assert.Equal((Ledgers + 1, (3L * Ledgers) + Said), (again.LedgerCount, again.EntryCount));
        Assert.Equal("_audit", Assert.Single(again.DescribeInUse()).Name);
        await again.GetLedger("l3").AppendAsync("d"u8);
        Assert.Equal((3 * Ledgers) + Said + 1, again.EntryCount);
        LedgerDescription used = Assert.Single(again.DescribeInUse(), static one => one.Name != "_audit");
        Assert.Equal(("l3", "l3"), (used.Name, again.NameOf(used.Id)));
        Assert.Null(again.NameOf(9_999));
    }

    private Store Open() => Store.Open(new StoreOptions
    {
        Directory = Path.Combine(_directory, "data"),
        JournalBudgetBytes = 256 << 20,
        Signing = new SigningOptions { Key = _key, AnchorPath = Path.Combine(_directory, "anchor") },
    });
}
