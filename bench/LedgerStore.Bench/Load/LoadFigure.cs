// What one counted run of a load took. Immutable.
namespace LedgerStore.Bench.Load;

/// <param name="Seconds">Until the last record was acknowledged, hashed, compressed and readable.</param>
/// <param name="CpuSeconds">Of the whole process: the store's threads and the producers.</param>
/// <param name="WrittenBytes">What the process gave the file system in write calls.</param>
internal sealed record LoadFigure(
    long Records,
    double Seconds,
    double CpuSeconds,
    long AllocatedBytes,
    long WrittenBytes,
    long JournalBytes,
    int[] FrameBytes,
    int[] Collections,
    double RssAnonMegabytes,
    LatencyHistogram Latencies)
{
    public double RecordsPerSecond => Records / Seconds;
}
