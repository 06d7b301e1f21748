// What one core does when it only has to hash and compress the same entries: leaf hashes, bundle root, LZ4 block.
using System.Diagnostics;
using LedgerStore.Engine.Append;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;

namespace LedgerStore.Bench.Load;

/// <summary>Bundles of built entries, hashed and encoded again and again.</summary>
internal sealed class CpuFloor : IDisposable
{
    private readonly BlockEncoder _encoder = new(Lz4Effort.Fast);
    private readonly List<byte[]> _bundles = [];
    private readonly Hash256[] _leaves = new Hash256[256];
    private readonly Hash256[] _scratch = new Hash256[256];
    private readonly byte[] _block;
    private int _next;

    public CpuFloor(int recordBytes)
    {
        RecordPool pool = new(recordBytes, batch: 256);
        EntryBuilder builder = new(System.Security.Cryptography.RandomNumberGenerator.Create());
        for (int i = 0; i < Math.Min(pool.Batches, 64); i++)
        {
            EntryBatch batch = new()
            {
                Appender = "spiffe://example.org/docs"u8,
                Producer = "docs-api-1"u8,
                FirstSequence = 1 + (i * 256),
                ContentType = "application/json"u8,
                Lengths = pool.Lengths,
            };
            ReadOnlySpan<byte> payload = pool.Batch(i);
            byte[] bundle = new byte[EntryBuilder.Measure(batch, payload.Length)];
            builder.Build(batch, payload, bundle.Length, bundle);
            EntryBuilder.StampTime(bundle, 1_760_000_000_000_000 + (i * 1000));
            _bundles.Add(bundle);
        }

        EntryBytes = _bundles.Average(bundle => bundle.Length / 256.0);
        _block = new byte[BlockEncoder.BlockBytesBound(_bundles.Max(bundle => bundle.Length), 256)];
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
            byte[] bundle = _bundles[_next++ % _bundles.Count];
            Sha256Batch.HashBundle(bundle, _leaves);
            Sha256Batch.PerfectRoot(_leaves, _scratch);
            _encoder.Encode(new BlockIdentity(1, 0, 0), bundle, _leaves, 1, 2, _block);
            entries += 256;
        }

        return entries / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose() => _encoder.Dispose();
}
