// LZ4: bounded in both directions, whatever the bytes are; and where liblz4 is installed, it and the managed code
// decide the same.

using System.Text;
using LedgerStore.Engine.Segments;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public class Lz4Tests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_compressed_decompresses(bool dense)
    {
        Lz4Effort effort = dense ? Lz4Effort.Dense : Lz4Effort.Fast;
        foreach (int length in new[] { 64, 255, 4096, 65_535, 65_548, 262_144 })
        {
            byte[] source = [.. Enumerable.Range(0, length).Select(i => (byte)(i % 11))];
            byte[] compressed = new byte[length];
            int stored = Lz4.Compress(source, compressed, effort);
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
        Lz4Effort effort = dense ? Lz4Effort.Dense : Lz4Effort.Fast;
        byte[] noise = new byte[10_000];
        new Random(1).NextBytes(noise);
        byte[] room = new byte[9_500];
        room.AsSpan(9_375).Fill(0xA5);

        Assert.Equal(0, Lz4.Compress(noise, room.AsSpan(0, 9_375), effort));
        Assert.All(room[9_375..], b => Assert.Equal(0xA5, b));
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        byte[] source = new byte[1000];
        byte[] compressed = new byte[1000];
        int stored = Lz4.Compress(source, compressed, Lz4Effort.Fast);

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

    /// <summary>What one writes the other reads, to the same bytes, and what is no block is none for both.</summary>
    [Lz4Fact]
    public void The_library_and_the_managed_code_are_the_same_format()
    {
        Random random = new(20_261_130);
        for (int round = 0; round < 2_000; round++)
        {
            byte[] source = Text(random, random.Next(1, 30_000));
            byte[] byLibrary = new byte[source.Length + 1_000];
            byte[] byManaged = new byte[source.Length + 1_000];
            int library = Lz4Library.CompressFast(source, byLibrary);
            int managed = Lz4.CompressManaged(source, byManaged, Lz4Effort.Fast);
            byte[] decoded = new byte[source.Length];
            Assert.True(Lz4.TryDecompressManaged(byLibrary.AsSpan(0, library), decoded));
            Assert.Equal(source, decoded);
            Array.Clear(decoded);
            Assert.True(Lz4Library.TryDecompress(byManaged.AsSpan(0, managed), decoded));
            Assert.Equal(source, decoded);

            // Cut, or with a byte changed: both refuse, or both decode to the same.
            byte[] damaged = byLibrary[..random.Next(0, library + 1)];
            if (damaged.Length > 0)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            }

            byte[] other = new byte[source.Length];
            Array.Clear(decoded);
            bool isBlock = Lz4Library.TryDecompress(damaged, decoded);
            Assert.Equal(isBlock, Lz4.TryDecompressManaged(damaged, other));
            Assert.True(!isBlock || decoded.AsSpan().SequenceEqual(other));
        }
    }

    // As records are: few words, often again.
    private static byte[] Text(Random random, int length)
    {
        string[] words = [.. Enumerable.Range(0, 40).Select(i => $"\"field{i}\":{random.Next(1_000)},")];
        StringBuilder text = new();
        while (text.Length < length)
        {
            text.Append(words[random.Next(words.Length)]);
        }

        return Encoding.UTF8.GetBytes(text.ToString(0, length));
    }
}

/// <summary>A test that needs liblz4; without it, it says so.</summary>
internal sealed class Lz4FactAttribute : FactAttribute
{
    public Lz4FactAttribute()
    {
        if (!Lz4Library.IsThere)
        {
            Skip = "liblz4 is not installed here: there is nothing to compare with";
        }
    }
}
