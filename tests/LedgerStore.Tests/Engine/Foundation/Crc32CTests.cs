// CRC-32C against the published answers and against the definition, bit by bit.

using LedgerStore.Engine.Foundation;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Foundation;

public sealed class Crc32CTests
{
    [Fact]
    public void Known_answers_of_RFC_3720_appendix_B_4()
    {
        byte[] ascending = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] ones = [.. Enumerable.Repeat((byte)0xFF, 32)];
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(ones));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(ascending));
        Assert.Equal(0x113FDB5Cu, Crc32C.Compute([.. ascending.Reverse()]));
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    [Fact]
    public void Every_length_up_to_8_KiB_at_every_alignment_agrees_with_the_definition()
    {
        byte[] bytes = new byte[8_200];
        new SplitMix(1).Fill(bytes);
        for (int start = 0; start < 8; start++)
        {
            uint expected = ~0u;
            for (int length = 0; length < 8_192; length++)
            {
                Assert.Equal(~expected, Crc32C.Compute(bytes.AsSpan(start, length)));
                expected = Step(expected, bytes[start + length]);
            }
        }
    }

    [Fact]
    public void Long_inputs_agree_with_the_definition()
    {
        byte[] bytes = new byte[300_000];
        new SplitMix(2).Fill(bytes);
        Assert.Equal(Slow(bytes), Crc32C.Compute(bytes));
    }

    [Fact]
    public void Appending_in_any_two_parts_gives_the_same()
    {
        byte[] bytes = new byte[20_000];
        new SplitMix(3).Fill(bytes);
        uint whole = Crc32C.Compute(bytes);
        for (int cut = 0; cut <= bytes.Length; cut += 97)
        {
            Assert.Equal(whole, Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
        }
    }

    [Fact]
    public void Every_flipped_bit_of_a_frame_is_seen()
    {
        byte[] bytes = new byte[4_096];
        new SplitMix(4).Fill(bytes);
        uint sound = Crc32C.Compute(bytes);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(sound, Crc32C.Compute(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static uint Slow(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes)
        {
            crc = Step(crc, b);
        }

        return ~crc;
    }

    /// <summary>One byte, bit by bit: the definition.</summary>
    private static uint Step(uint crc, byte b)
    {
        crc ^= b;
        for (int i = 0; i < 8; i++)
        {
            crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
        }

        return crc;
    }
}
