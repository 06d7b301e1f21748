// Recompressing takes more work while little is appended, and less while much is.
using System.Globalization;
using System.Text;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class RecompressionEffortTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void It_follows_what_is_appended()
    {
        long bytes = 0;
        long now = 0;
        RecompressionEffort effort = new(() => bytes, () => now);
        BlockEncoder quiet = effort.Choose();
        now += Second;
        bytes += RecompressionEffort.QuietBytesPerSecond + 1;
        BlockEncoder busy = effort.Choose();
        Assert.NotSame(quiet, busy);
        Assert.True(Encoded(quiet) < Encoded(busy), "more work makes less of it");

        // Not before there is something to see.
        now += 10_000;
        Assert.Same(busy, effort.Choose());
        now += 40_000;
        Assert.Same(quiet, effort.Choose());
        now += Second;
        bytes += RecompressionEffort.QuietBytesPerSecond - 1;
        Assert.Same(quiet, effort.Choose());
    }

    [Fact]
    public void Both_decode_to_the_same_bytes()
    {
        byte[] bundle = Bundle();
        foreach (Lz4Effort effort in (Lz4Effort[])[Lz4Effort.Fast, Lz4Effort.Dense, Lz4Effort.Densest])
        {
            byte[] stored = new byte[bundle.Length];
            int length = Lz4.Compress(bundle, stored, effort);
            byte[] decoded = new byte[bundle.Length];
            Assert.True(length > 0 && Lz4.TryDecompress(stored.AsSpan(0, length), decoded));
            Assert.Equal(bundle, decoded);
        }
    }

    private static int Encoded(BlockEncoder encoder)
    {
        byte[] bundle = Bundle();
        byte[] block = new byte[BlockEncoder.BlockBytesBound(bundle.Length, 256)];
        return encoder.Encode(new BlockIdentity(1, 0, 0), bundle, new Hash256[256], 1, 2, block);
    }

    private static byte[] Bundle()
    {
        Random random = new(5);
        using MemoryStream bundle = new();
        for (int i = 0; i < StoreLimits.EntriesPerBundle; i++)
        {
            byte[] entry = Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"id\":\"{random.NextInt64():x16}\",\"user\":\"u {random.Next(40)}\",\"at\":\"/{i % 7}/x\"}}"));
            bundle.Write([(byte)(entry.Length >> 8), (byte)entry.Length]);
            bundle.Write(entry);
        }

        return bundle.ToArray();
    }
}
