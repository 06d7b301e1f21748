// The harness is worth something only if it notices: each bug that a store could have is planted below it, and the
// random histories must find it.
using LedgerStore.Engine.Files;
using LedgerStore.Tests.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.Engine.Crash;

public sealed class PlantedFaultTests(ITestOutputHelper output)
{
    private const int SeedsMax = 2_000;

    [Theory]
    [InlineData(nameof(StorageOperation.Sync), "/journal/")]
    [InlineData(nameof(StorageOperation.Sync), "/catalog")]
    [InlineData(nameof(StorageOperation.Sync), "/store.json")]
    [InlineData(nameof(StorageOperation.SyncFileSystem), "/data")]
    [InlineData(nameof(StorageOperation.SyncDirectory), "/data/journal")]
    [InlineData(nameof(StorageOperation.SyncDirectory), "/data")]
    public void A_skipped_sync_is_noticed(string operation, string pathPart)
    {
        bool IsSkipped(SimulatedCall call) => call.Operation.ToString() == operation
            && (call.Operation == StorageOperation.SyncDirectory
                ? call.Path == pathPart
                : call.Path.Contains(pathPart, StringComparison.Ordinal));
        AssertNoticed(seed => new SkippingHistory(seed, IsSkipped));
    }

    [Fact]
    public void An_early_acknowledgement_is_noticed() =>
        AssertNoticed(seed => new WrappedHistory(seed, static disk => new EarlyAcknowledgement(disk)));

    [Fact]
    public void An_ignored_sync_error_is_noticed() =>
        AssertNoticed(seed => new WrappedHistory(seed, static disk => new IgnoredSyncErrors(disk)));

    [Fact]
    public void Cutting_the_journal_at_any_bad_checksum_is_noticed()
    {
        SimulatedFileSystem disk = SmallStore.NewDisk();
        StoreModel model = new();
        using (StoreLife life = SmallStore.Open(disk, model))
        {
            life.Create(new ModelLedger("first", isSalted: false));
            SmallStore.Append(life, model, 0, producer: 0, records: 20);
            SmallStore.Append(life, model, 0, producer: 0, records: 20);
            life.RunAll();
            StoreCheck.CheckStore(life.Core, model, isThorough: true);
        }

        // Somebody changes a byte of the first batch's frame while the store is down. It is behind the marker of the
        // start and the two frames with what _audit says of the store and of the ledger.
        const long InFirstBatch = 4096 + (3 * 4096) + 500;
        string path = disk.AllFiles(SmallStore.Directory)
            .First(static p => p.Contains("/journal/0", StringComparison.Ordinal));
        disk.FlipBit(path, InFirstBatch, 3);
        Assert.True(DamagedStore.IsNoticed(disk.Crash(new KeepAll()), model, bundles: null), "the store refuses");
        CutAtAnyBadChecksum planted = new(disk.Crash(new KeepAll()));
        Xunit.Sdk.TrueException noticed = Assert.Throws<Xunit.Sdk.TrueException>(
            () => DamagedStore.IsNoticed(planted, model, bundles: null));
        Assert.Contains("without a word", noticed.Message, StringComparison.Ordinal);
    }

    private void AssertNoticed(Func<ulong, StoreHistory> plant)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            try
            {
                plant(seed).Run(lives: 3);
            }
            catch (InvalidOperationException noticed)
            {
                output.WriteLine(noticed.Message.Split('\n')[0]);
                return;
            }
        }

        Assert.Fail($"{SeedsMax} histories did not notice it");
    }

    private sealed class SkippingHistory(ulong seed, Func<SimulatedCall, bool> isSkipped) : StoreHistory(seed)
    {
        protected override SimulatedFault Decide(DiskWeather weather, SimulatedCall call)
        {
            SimulatedFault fault = weather.Decide(call);
            return fault.Kind == SimulatedFaultKind.None && isSkipped(call) ? SimulatedFault.Skip : fault;
        }
    }

    private sealed class WrappedHistory(ulong seed, Func<SimulatedFileSystem, IFileSystem> wrap) : StoreHistory(seed)
    {
        protected override IFileSystem FilesOf(SimulatedFileSystem disk) => wrap(disk);
    }
}
