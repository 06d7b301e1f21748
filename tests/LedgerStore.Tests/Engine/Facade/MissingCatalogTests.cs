// A store whose catalog was removed is damaged in what all ledgers share; it is no disk that fails.
using LedgerStore.Engine;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

public sealed class MissingCatalogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_store_without_its_catalog_is_refused_as_damaged_and_not_changed()
    {
        StoreOptions options = new() { Directory = Path.Combine(_directory, "data"), JournalBudgetBytes = 256L << 20 };
        Store.Open(options).Dispose();
        string catalog = Path.Combine(options.Directory, "catalog");
        File.Move(catalog, catalog + ".moved");
        StoreException refused = Assert.Throws<StoreException>(() => Store.Open(options));
        Assert.Equal(StoreReason.Corruption, refused.Reason);
        Assert.Contains("catalog' is missing", refused.Message, StringComparison.Ordinal);
        File.Move(catalog + ".moved", catalog);
        Store.Open(options).Dispose();
    }
}
