// Batches under way together: after the first that is refused, none is appended.

using LedgerStore.Engine;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

public sealed class AppendChainTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ledgerstore").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Nothing_is_appended_behind_a_refusal_of_the_same_chain()
    {
        using Store store = Store.Open(new StoreOptions { Directory = _directory, JournalBudgetBytes = 256 << 20 });
        Ledger ledger = store.CreateLedger("a");
        AppendChain chain = new();
        Task<AppendResult> first = Append(ledger, chain, expectedSize: 0);
        Task<AppendResult> refused = Append(ledger, chain, expectedSize: 0);
        Task<AppendResult> behind = Append(ledger, chain, expectedSize: null);
        Task<AppendResult> other = Append(ledger, new AppendChain(), expectedSize: null);

        Assert.Equal(0, (await first).FirstIndex);
        Assert.Equal(StoreReason.SizeMismatch, (await Assert.ThrowsAsync<StoreException>(() => refused)).Reason);
        Assert.Equal(StoreReason.ChainBroken, (await Assert.ThrowsAsync<StoreException>(() => behind)).Reason);
        Assert.Equal(1, (await other).FirstIndex);
        Assert.Equal(2, ledger.Size);
    }

    private static Task<AppendResult> Append(Ledger ledger, AppendChain chain, long? expectedSize) =>
        ledger.AppendAsync(new RecordBatch
        {
            Chain = chain,
            ExpectedSize = expectedSize,
            Lengths = [1],
            Payload = "x"u8,
        }).AsTask();
}
