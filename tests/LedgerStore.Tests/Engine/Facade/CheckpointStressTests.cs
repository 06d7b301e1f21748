// Small ledgers that grow a little and wait for their checkpoints, many at once: nobody waits for ever.
using LedgerStore.Engine;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class CheckpointStressTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;

    private static int LedgersEach => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1" ? 2_000 : 20;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Every_growth_of_every_small_ledger_is_signed()
    {
        using SigningKey key = SigningKey.Generate();
        using Store store = Store.Open(new StoreOptions
        {
            Directory = Path.Combine(_root, "data"),
            Signing = new SigningOptions { Key = key, AnchorPath = Path.Combine(_root, "anchor") },
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(each => Task.Run(() => GrowAsync(store, each))));
        Assert.All(store.DescribeInUse(), static ledger => Assert.Null(ledger.SigningFailure));
    }

    private static async Task GrowAsync(Store store, int each)
    {
        using CancellationTokenSource patience = new(s_patience * Math.Max(1, LedgersEach / 20));
        Random random = new(each);
        for (int i = 0; i < LedgersEach; i++)
        {
            Ledger ledger = store.CreateLedger($"ledger-{each}-{i}");
            for (int growth = 0; growth < 4; growth++)
            {
                for (int count = random.Next(1, 5); count > 0; count--)
                {
                    await ledger.AppendAsync(new byte[random.Next(1, 300)], patience.Token);
                }

                if (random.Next(2) == 0)
                {
                    await ledger.WaitForCheckpointAsync(ledger.Size, patience.Token);
                }
                else
                {
                    while ((ledger.Checkpoint?.Size ?? 0) < ledger.Size)
                    {
                        // Who only looks is not told why there is nothing to see.
                        Assert.Null(ledger.Describe().SigningFailure);
                        await Task.Delay(random.Next(30), patience.Token);
                    }
                }
            }
        }
    }
}
