// A store whose catalog or store.json was removed is damaged in what all ledgers share: nothing is made in its place,
// and it is no disk that fails.
using System.Security.Cryptography;
using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Checkpoints;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

public sealed class MissingSharedFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("catalog", true)]
    [InlineData("catalog", false)]
    [InlineData("store.json", true)]
    [InlineData("store.json", false)]
    public async Task It_is_refused_as_damaged_and_not_changed(string name, bool isFlushed)
    {
        StoreOptions options = new() { Directory = Path.Combine(_directory, "data"), JournalBudgetBytes = 256L << 20 };
        string killed = Path.Combine(_directory, "killed");
        using (Store store = Store.Open(options))
        {
            await store.GetOrCreateLedger("payments").AppendAsync("paid"u8.ToArray());

            // What a kill leaves: everything is in the journal, and no ledger has a directory.
            SignedDirectory.Copy(options.Directory, killed);
        }

        options = isFlushed ? options : options with { Directory = killed };
        string path = Path.Combine(options.Directory, name);
        File.Move(path, Path.Combine(_directory, "away"));
        Dictionary<string, string> before = Files(options.Directory);
        StoreException refused = Assert.Throws<StoreException>(() => Store.Open(options));
        Assert.Equal(StoreReason.Corruption, refused.Reason);
        Assert.Contains($"{name}' is missing", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Files(options.Directory));

        File.Move(Path.Combine(_directory, "away"), path);
        using Store again = Store.Open(options);
        Assert.Equal(1, again.GetLedger("payments").Size);
    }

    [Fact]
    public async Task A_copy_without_the_empty_quarantine_is_opened_to_read_and_to_write()
    {
        StoreOptions options = new() { Directory = Path.Combine(_directory, "data"), JournalBudgetBytes = 256L << 20 };
        using (Store store = Store.Open(options))
        {
            await store.GetOrCreateLedger("payments").AppendAsync("paid"u8.ToArray());
        }

        Directory.Delete(Path.Combine(options.Directory, "quarantine"));
        using (Store looked = Store.Open(options with { ReadOnly = true }))
        {
            Assert.Equal(1, looked.GetLedger("payments").Size);
        }

        Assert.False(Directory.Exists(Path.Combine(options.Directory, "quarantine")));
        using (Store again = Store.Open(options))
        {
            Assert.Equal(1, again.GetLedger("payments").Size);
        }

        Assert.True(Directory.Exists(Path.Combine(options.Directory, "quarantine")));
    }

    private static Dictionary<string, string> Files(string directory) =>
        Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
            .Where(static path => Path.GetFileName(path) != "LOCK")
            .ToDictionary(
                static path => path, static path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
}
