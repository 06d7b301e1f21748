// Entries as the store builds them of records, for the floors that hash and compress the same bytes. Stateless.
using System.Security.Cryptography;
using LedgerStore.Engine;
using LedgerStore.Engine.Entries;

namespace LedgerStore.Bench.Load;

/// <summary>Bundles of 256 entries in bundle encoding.</summary>
internal static class BuiltBundles
{
    public const int Entries = 256;
    private const int BundlesMax = 64;

    public static byte[][] Make(int recordBytes)
    {
        RecordPool pool = new(recordBytes, Entries);
        EntryBuilder builder = new(RandomNumberGenerator.Create());
        byte[][] bundles = new byte[Math.Min(pool.Batches, BundlesMax)][];
        for (int i = 0; i < bundles.Length; i++)
        {
            RecordBatch batch = new()
            {
                Appender = "spiffe://example.org/docs"u8,
                Producer = "docs-api-1"u8,
                FirstSequence = 1 + (i * Entries),
                ContentType = "application/json"u8,
                Lengths = pool.Lengths,
            };
            ReadOnlySpan<byte> payload = pool.Batch(i);
            bundles[i] = new byte[EntryBuilder.Measure(batch, payload.Length)];
            builder.Build(batch, payload, bundles[i].Length, bundles[i]);
            EntryBuilder.StampTime(bundles[i], 1_760_000_000_000_000 + (i * 1000));
        }

        return bundles;
    }
}
