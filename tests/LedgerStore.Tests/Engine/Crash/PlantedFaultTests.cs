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
                output.WriteLine(noticed.ToString());
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
