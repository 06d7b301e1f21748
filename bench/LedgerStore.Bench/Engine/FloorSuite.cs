// What this machine can do: the loops that every other figure is compared with.
using System.Security.Cryptography;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Bench.Wire;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;

namespace LedgerStore.Bench.Engine;

internal sealed class FloorSuite : IBenchSuite
{
    private const int Megabyte = 1 << 20;

    public string Name => "floor";

    public string Summary => "the machine itself: write and sync by size, memcpy, SHA-256, LZ4, CRC, TLS";

    public void Run(BenchRun run)
    {
        Disk(run);
        Memory(run);
        Hashing(run);
        Tls(run);
        CpuFloor cpu = new(256);
        run.MoreIsBetter(
            "floor.hash_and_compress.entries_per_second", "1/s",
            Enumerable.Range(0, run.Options.Runs).Select(_ => cpu.Run(run.Options.RunTime)));
    }

    private static void Disk(BenchRun run)
    {
        using DiskFloor disk = new();
        foreach (int kilobytes in (int[])[4, 16, 64, 256, 1024, 4096])
        {
            int[] size = [kilobytes * 1024];
            var runs = Enumerable.Range(0, run.Options.Runs).Select(_ => disk.Run(size, run.Options.RunTime)).ToList();
            string name = $"floor.write_sync.{kilobytes}_kib";
            run.LessIsBetter(name + ".p50_us", "us", runs.Select(each => each.Latencies.PercentileMicros(0.5)));
            run.LessIsBetter(name + ".p99_us", "us", runs.Select(each => each.Latencies.PercentileMicros(0.99)));
            run.MoreIsBetter(name + ".mb_per_second", "MB/s", runs.Select(each => each.BytesPerSecond / 1e6));
        }
    }

    private static void Memory(BenchRun run)
    {
        byte[] from = new byte[64 * Megabyte];
        byte[] to = new byte[64 * Megabyte];
        new Random(1).NextBytes(from);
        run.Rate("floor.memcpy.64_mib.bytes_per_second", from.Length, () => from.CopyTo(to, 0));
        run.Rate("floor.memcpy.64_kib.bytes_per_second", 65_536, () => from.AsSpan(0, 65_536).CopyTo(to));
        run.Rate("floor.crc32c.64_kib.bytes_per_second", 65_536, () => Crc32C.Compute(from.AsSpan(0, 65_536)));
        run.Rate("floor.crc32c.1_mib.bytes_per_second", Megabyte, () => Crc32C.Compute(from.AsSpan(0, Megabyte)));
    }

    private static void Tls(BenchRun run)
    {
        using TlsFloor tls = new(connections: 1);
        tls.Run(256, 256, run.Options.RunTime);
        foreach (int bytes in (int[])[64, 256, 1_024, 16_384])
        {
            var runs = Enumerable.Range(0, run.Options.Runs)
                .Select(_ => tls.Run(bytes, bytes, run.Options.RunTime)).ToList();
            string name = $"floor.tls_echo.{bytes}_bytes";
            run.LessIsBetter(name + ".p50_us", "us", runs.Select(each => each.Latencies.PercentileMicros(0.5)));
            run.LessIsBetter(name + ".p99_us", "us", runs.Select(each => each.Latencies.PercentileMicros(0.99)));
        }

        run.MoreIsBetter(
            "floor.tls_stream.64_kib.bytes_per_second", "1/s", Enumerable.Range(0, run.Options.Runs).Select(
                _ => tls.Run(65_536, answerBytes: 0, run.Options.RunTime).PerSecond * 65_536));
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
        byte[] compressed = new byte[65_536];
        long batch = 0;
        run.Rate("floor.lz4.64_kib_of_records.bytes_per_second", 65_536, () =>
            Lz4.Compress(pool.Batch(batch++), compressed, Lz4Effort.Fast));
    }
}
