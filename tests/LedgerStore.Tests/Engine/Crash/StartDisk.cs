// Disks that tests begin with, made once and copied for each: a ledger whose first segment is nearly full, or sealed.
// Immutable once made; any thread copies it.
using LedgerStore.Engine;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>A disk and the model of what is on it.</summary>
internal sealed class StartDisk
{
    private const int RecordsAtOnce = 1024;
    private static readonly Lazy<StartDisk> s_nearlyFull = new(() => new StartDisk(65_536 - 500));
    private static readonly Lazy<StartDisk> s_sealed = new(() => new StartDisk(65_536 + 300));
    private readonly SimulatedFileSystem _disk;
    private readonly StoreModel _model = new();

    private StartDisk(int entries)
    {
        SimulatedFileSystem disk = new(new SimulatedOptions { FailedSyncDropsNames = false });
        ManualTime time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        StoreTuning tuning = new()
        {
            BufferBytes = 256 * 1024,
            BufferCount = 3,
            JournalFileBytes = 1024 * 1024,
            HashHelpers = 0,
        };
        StoreOptions options = new()
        {
            Directory = SmallStore.Directory,
            JournalBudgetBytes = 4 * 1024 * 1024,
            CacheBytes = 64 * 1024,
            ReserveBytes = 0,
            Time = time,
        };
        DiskWeather fine = new(disk, new SplitMix(1));
        using (StoreLife life = StoreLife.Open(new LifePlan(options, tuning, disk, fine, time, 1), _model))
        {
            life.Create(new ModelLedger("large", isSalted: false));
            for (int left = entries; left > 0; left -= RecordsAtOnce)
            {
                int? producer = left % 3 == 0 ? null : 0;
                life.Send(SmallStore.Batch(_model, 0, producer, Math.Min(left, RecordsAtOnce)));
                life.RunAll();
            }

            StoreCheck.CheckStore(life.Core, _model, isThorough: true);
            life.Close();
        }

        _disk = disk.Crash(new KeepAll());
    }

    /// <summary>500 entries are missing to the first segment.</summary>
    public static StartDisk NearlyFull => s_nearlyFull.Value;

    /// <summary>One sealed segment and 300 entries.</summary>
    public static StartDisk Sealed => s_sealed.Value;

    public SimulatedFileSystem Disk(SimulatedOptions options) => _disk.Crash(new KeepAll(), options);

    public StoreModel Model() => _model.Copy();
}
