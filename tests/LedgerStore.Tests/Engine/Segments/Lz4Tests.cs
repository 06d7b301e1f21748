// LZ4 through liblz4: bounded in both directions, whatever the bytes are.

using LedgerStore.Engine.Segments;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public class Lz4Tests
{
    [Fact]
    public void The_library_is_there() => Lz4.EnsureAvailable();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_compressed_decompresses(bool dense)
    {
        using Lz4Compressor compressor = new(dense ? Lz4Effort.Dense : Lz4Effort.Fast);
        foreach (int length in new[] { 64, 255, 4096, 65_535, 65_548, 262_144 })
        {
            byte[] source = [.. Enumerable.Range(0, length).Select(i => (byte)(i % 11))];
            byte[] compressed = new byte[length];
            int stored = compressor.Compress(source, compressed);
            Assert.InRange(stored, 1, length - 1);

            byte[] decoded = new byte[length];
            Assert.True(Lz4.TryDecompress(compressed.AsSpan(0, stored), decoded));
            Assert.Equal(source, decoded);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_does_not_fit_is_0_and_nothing_behind_the_room_is_touched(bool dense)
    {
        using Lz4Compressor compressor = new(dense ? Lz4Effort.Dense : Lz4Effort.Fast);
        byte[] noise = new byte[10_000];
        new Random(1).NextBytes(noise);
        byte[] room = new byte[9_500];
        room.AsSpan(9_375).Fill(0xA5);

        Assert.Equal(0, compressor.Compress(noise, room.AsSpan(0, 9_375)));
        Assert.All(room[9_375..], b => Assert.Equal(0xA5, b));
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        using Lz4Compressor compressor = new(Lz4Effort.Fast);
        byte[] source = new byte[1000];
        byte[] compressed = new byte[1000];
        int stored = compressor.Compress(source, compressed);

        Assert.False(Lz4.TryDecompress(compressed.AsSpan(0, stored), new byte[999]));
        Assert.False(Lz4.TryDecompress(compressed.AsSpan(0, stored), new byte[1001]));
        Assert.False(Lz4.TryDecompress(compressed.AsSpan(0, stored - 1), new byte[1000]));
        Assert.False(Lz4.TryDecompress([], new byte[1000]));
        Assert.False(Lz4.TryDecompress(compressed.AsSpan(0, stored), []));
    }

    [Fact]
    public void Noise_is_refused_or_decoded_within_bounds()
    {
        Random random = new(20_260_101);
        byte[] guarded = new byte[3000];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] noise = new byte[random.Next(0, 200)];
            random.NextBytes(noise);
            guarded.AsSpan().Fill(0x5A);
            _ = Lz4.TryDecompress(noise, guarded.AsSpan(1000, random.Next(0, 1000)));
            Assert.Equal(-1, guarded.AsSpan(0, 1000).IndexOfAnyExcept((byte)0x5A));
            Assert.Equal(-1, guarded.AsSpan(2000).IndexOfAnyExcept((byte)0x5A));
        }
    }
}
