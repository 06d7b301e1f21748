// What this machine can do: the loops that every other figure is compared with.
using System.Security.Cryptography;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Bench.Engine;

internal sealed class FloorSuite : IBenchSuite
{
    private const int Megabyte = 1 << 20;

    public string Name => "floor";

    public string Summary => "the machine itself: write and sync by size, memcpy, SHA-256, LZ4, CRC";

    public void Run(BenchRun run)
    {
        Disk(run);
        Memory(run);
        Hashing(run);
        using CpuFloor cpu = new(256);
        double[] runs = [.. Enumerable.Range(0, run.Options.Runs).Select(_ => cpu.Run(run.Options.RunTime))];
        run.Report(new BenchResult(
            "floor.hash_and_compress.entries_per_second", BenchRun.Median(runs), "1/s", null, null,
            LowerIsBetter: false, runs));
    }

    private static void Disk(BenchRun run)
    {
        using DiskFloor disk = new();
        foreach (int kilobytes in (int[])[4, 16, 64, 256, 1024, 4096])
        {
            int[] size = [kilobytes * 1024];
            var runs = Enumerable.Range(0, run.Options.Runs).Select(_ => disk.Run(size, run.Options.RunTime)).ToList();
            string name = $"floor.write_sync.{kilobytes}_kib";
            Report(run, name + ".p50_us", "us", runs.Select(each => each.Latencies.PercentileMicros(0.5)), lower: true);
            Report(
                run, name + ".p99_us", "us", runs.Select(each => each.Latencies.PercentileMicros(0.99)), lower: true);
            Report(run, name + ".mb_per_second", "MB/s", runs.Select(each => each.BytesPerSecond / 1e6), lower: false);
        }
    }

    private static void Memory(BenchRun run)
    {
        byte[] from = new byte[64 * Megabyte];
        byte[] to = new byte[64 * Megabyte];
        new Random(1).NextBytes(from);
        run.Rate("floor.memcpy.64_mib.bytes_per_second", null, from.Length, () => from.CopyTo(to, 0));
        run.Rate("floor.memcpy.64_kib.bytes_per_second", null, 65_536, () => from.AsSpan(0, 65_536).CopyTo(to));
        run.Rate("floor.crc32c.64_kib.bytes_per_second", null, 65_536, () => Crc32C.Compute(from.AsSpan(0, 65_536)));
        run.Rate("floor.crc32c.1_mib.bytes_per_second", null, Megabyte, () => Crc32C.Compute(from.AsSpan(0, Megabyte)));
    }

    private static void Hashing(BenchRun run)
    {
        byte[] data = new byte[65_536];
        byte[] hash = new byte[32];
        new Random(2).NextBytes(data);
        foreach (int length in (int[])[65, 257, 1_024, 65_536])
        {
            run.Nanoseconds($"floor.sha256.{length}_bytes_ns", 1, () => SHA256.HashData(data.AsSpan(0, length), hash));
        }

        RecordPool pool = new(recordBytes: 256, batch: 256);
        using Lz4Compressor lz4 = new(Lz4Effort.Fast);
        byte[] compressed = new byte[65_536];
        long batch = 0;
        run.Rate("floor.lz4.64_kib_of_records.bytes_per_second", null, 65_536, () =>
            lz4.Compress(pool.Batch(batch++), compressed));
    }

    private static void Report(BenchRun run, string name, string unit, IEnumerable<double> values, bool lower)
    {
        double[] runs = [.. values];
        run.Report(new BenchResult(name, BenchRun.Median(runs), unit, null, null, lower, runs));
    }
}
