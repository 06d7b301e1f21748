// The smallest store there can be, for histories that are explored at every call and in every combination of sectors.
// Values: any thread.
using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Tests.Engine.Foundation;
using LedgerStore.Tests.Simulation;

namespace LedgerStore.Tests.Engine.Crash;

/// <summary>Lives of a small store on a simulated disk.</summary>
internal static class SmallStore
{
    public const string Directory = "/data";
    private const long FileBytes = 6 * 4096;

    // Each opening has its own nonces, as in the real world: frames of an earlier one must not pass for its own.
    private static long s_openings;

    public static SimulatedFileSystem NewDisk() => new(new SimulatedOptions { FailedSyncDropsNames = false });

    public static StoreTuning Tuning { get; } = new()
    {
        BufferBytes = 4096,
        BufferCount = 3,
        JournalFileBytes = FileBytes,
        HeldBytesMax = 1 << 20,
        HashHelpers = 0,
    };

    public static StoreOptions Options() => new()
    {
        Directory = Directory,
        JournalBudgetBytes = 4 * FileBytes,
        CacheBytes = 64 * 1024,
        ReserveBytes = 0,
        Time = new ManualTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
    };

    /// <summary>Opens the store that is on the disk, checked against the model.</summary>
    public static StoreLife Open(SimulatedFileSystem disk, StoreModel model, IFileSystem? files = null)
    {
        StoreOptions options = Options();
        DiskWeather fine = new(disk, new SplitMix(1));
        ulong seed = (ulong)Interlocked.Increment(ref s_openings);
        ManualTime time = (ManualTime)options.Time;
        return StoreLife.Open(new LifePlan(options, Tuning, files ?? disk, fine, time, seed), model);
    }

    /// <summary>A batch of a producer, or of nobody.</summary>
    public static ModelBatch Batch(StoreModel model, int ledger, int? producer, int records)
    {
        ModelLedger its = model.Ledgers[ledger];
        while (its.Producers.Count <= (producer ?? -1))
        {
            its.Producers.Add(new ModelProducer("app", $"p{its.Producers.Count}"));
        }

        long number = model.NextNumber++;
        return new ModelBatch(
            number, its, producer is { } p ? its.Producers[p] : null, new SplitMix((ulong)number), records);
    }

    /// <summary>Appends, and waits until it is acknowledged.</summary>
    public static void Append(StoreLife life, StoreModel model, int ledger, int? producer, int records)
    {
        life.Send(Batch(model, ledger, producer, records));
        life.Core.RunSequencer();
        model.Poll(mayAcknowledge: true, mayRefuse: false);
    }
}
