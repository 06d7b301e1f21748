// What a core does when it only has to hash and compress the same entries: leaf hashes, bundle root, LZ4 block.
using System.Diagnostics;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Load;

/// <summary>Bundles of built entries, hashed and encoded again and again.</summary>
internal sealed class CpuFloor
{
    private readonly BlockEncoder _encoder;
    private readonly byte[][] _bundles;
    private readonly Hash256[] _leaves = new Hash256[BuiltBundles.Entries];
    private readonly Hash256[] _scratch = new Hash256[BuiltBundles.Entries];
    private readonly byte[] _block;
    private int _next;

    public CpuFloor(int recordBytes)
        : this(recordBytes, Lz4Effort.Fast)
    {
    }

    public CpuFloor(int recordBytes, Lz4Effort effort)
    {
        _encoder = new BlockEncoder(effort);
        _bundles = BuiltBundles.Make(recordBytes);
        EntryBytes = _bundles.Average(bundle => (double)bundle.Length / BuiltBundles.Entries);
        _block = new byte[BlockEncoder.BlockBytesBound(_bundles.Max(bundle => bundle.Length), BuiltBundles.Entries)];
    }

    /// <summary>Bytes of an entry in bundle encoding.</summary>
    public double EntryBytes { get; }

    /// <summary>Entries per second.</summary>
    public double Run(TimeSpan time)
    {
        long entries = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            byte[] bundle = _bundles[_next++ % _bundles.Length];
            Sha256Batch.HashBundle(bundle, _leaves);
            Sha256Batch.PerfectRoot(_leaves, _scratch);
            _encoder.Encode(new BlockIdentity(1, 0, 0), bundle, _leaves, 1, 2, _block);
            entries += BuiltBundles.Entries;
        }

        return entries / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Bytes of entries per second of all cores together, each with bundles of its own.</summary>
    public static double BytesPerSecondOfAllCores(int recordBytes, TimeSpan time)
    {
        double all = 0;
        Lock sum = new();
        Thread[] cores = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            CpuFloor core = new(recordBytes);
            double bytes = core.Run(time) * core.EntryBytes;
            lock (sum)
            {
                all += bytes;
            }
        }))];
        Array.ForEach(cores, thread => thread.Start());
        Array.ForEach(cores, thread => thread.Join());
        return all;
    }
}
