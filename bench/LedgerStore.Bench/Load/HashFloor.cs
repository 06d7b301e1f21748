// What some cores do when they only have to hash the same entries: leaves and bundle roots, nothing read, nothing
// decoded. Owned by one suite.
using System.Diagnostics;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Load;

/// <summary>Bundles of built entries, hashed again and again on any number of threads.</summary>
internal sealed class HashFloor(int recordBytes)
{
    private readonly byte[][] _bundles = BuiltBundles.Make(recordBytes);

    /// <summary>Entries per second, and per second of CPU time.</summary>
    public (double Wall, double Cpu) Run(int threads, TimeSpan time)
    {
        using Process process = Process.GetCurrentProcess();
        double cpu = process.TotalProcessorTime.TotalSeconds;
        long entries = 0;
        long start = Stopwatch.GetTimestamp();
        Thread[] hashing =
        [
            .. Enumerable.Range(0, threads).Select(_ => new Thread(() => Interlocked.Add(ref entries, Hash(time)))),
        ];
        Array.ForEach(hashing, thread => thread.Start());
        Array.ForEach(hashing, thread => thread.Join());
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return (entries / seconds, entries / (process.TotalProcessorTime.TotalSeconds - cpu));
    }

    private long Hash(TimeSpan time)
    {
        Hash256[] leaves = new Hash256[BuiltBundles.Entries];
        Hash256[] scratch = new Hash256[BuiltBundles.Entries];
        long entries = 0;
        long start = Stopwatch.GetTimestamp();
        for (int next = 0; Stopwatch.GetElapsedTime(start) < time; next++)
        {
            Sha256Batch.HashBundle(_bundles[next % _bundles.Length], leaves);
            Sha256Batch.PerfectRoot(leaves, scratch);
            entries += BuiltBundles.Entries;
        }

        return entries;
    }
}
