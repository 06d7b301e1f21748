// Status and metrics are asked at any moment: while ledgers are made, opened and appended to.
using System.Diagnostics.Metrics;
using LedgerStore.Engine;
using Xunit;

namespace LedgerStore.Tests.Engine.Facade;

[Collection(nameof(CountedAlone))]
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class StatusTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ledgerstore").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_status_is_given_while_ledgers_come_and_grow()
    {
        using Store store = Store.Open(new StoreOptions { Directory = _root });
        using MeterListener listener = new();
        listener.InstrumentPublished = static (instrument, it) =>
        {
            if (string.Equals(instrument.Meter.Name, "LedgerStore.Engine", StringComparison.Ordinal)
                && instrument.IsObservable)
            {
                it.EnableMeasurementEvents(instrument);
            }
        };
        listener.Start();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                Ledger ledger = store.CreateLedger($"ledger-{i}");
                await ledger.AppendAsync(new byte[100]);
            }
        });
        long asked = 0;
        while (!writing.IsCompleted)
        {
            listener.RecordObservableInstruments();
            _ = store.TieringStatus;
            Assert.All(store.DescribeInUse(), static ledger => Assert.NotEmpty(ledger.Tiers));
            asked++;
        }

        await writing;
        Assert.True(asked > 0);
        Assert.Equal(200 + 1, store.DescribeInUse().Count);
    }
}
