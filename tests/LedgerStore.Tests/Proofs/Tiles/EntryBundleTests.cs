// Entry bundles: what is written is read back as slices of the same bytes, and broken runs are refused.
// Test code.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs.Tiles;

public sealed class EntryBundleTests
{
    [Fact]
    public void Entries_of_every_kind_of_length_round_trip()
    {
        int[] lengths = [0, 1, 255, 256, 300, 65_535, 0];
        byte[] bytes = new byte[lengths.Sum() + (lengths.Length * EntryBundle.LengthBytes)];
        int written = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            byte[] entry = [.. Enumerable.Repeat((byte)(i + 1), lengths[i])];
            written += EntryBundle.Write(entry, bytes.AsSpan(written));
        }

        Assert.Equal(bytes.Length, written);
        EntryBundle bundle = EntryBundle.Parse(bytes, lengths.Length);
        int slot = 0;
        foreach (ReadOnlySpan<byte> entry in bundle)
        {
            Assert.Equal(lengths[slot], entry.Length);
            Assert.Equal(entry.Length, entry.Count((byte)(slot + 1)));
            Assert.True(entry == bundle[slot], "a slice of the same bytes");
            slot++;
        }

        Assert.Equal(lengths.Length, slot);
    }

    [Fact]
    public void The_encoding_is_the_one_of_the_specification()
    {
        byte[] bytes = new byte[5];
        Assert.Equal(5, EntryBundle.Write("abc"u8, bytes));
        Assert.Equal([0, 3, (byte)'a', (byte)'b', (byte)'c'], bytes);
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0, 1 })]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 1, 7, 0 })]
    [InlineData(new byte[] { 0xff, 0xff, 1, 2, 3 })]
    public void A_broken_run_is_refused(byte[] bytes) =>
        Assert.Throws<MalformedDataException>(() => EntryBundle.Parse(bytes));

    [Fact]
    public void Another_number_of_entries_is_refused()
    {
        byte[] two = [0, 1, 7, 0, 0];
        Assert.Equal(2, EntryBundle.Parse(two).Count);
        Assert.Equal(0, EntryBundle.Parse([]).Count);
        Assert.Throws<MalformedDataException>(() => EntryBundle.Parse(two, 1));
        Assert.Throws<MalformedDataException>(() => EntryBundle.Parse(two, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => EntryBundle.Parse(two)[2].Length);
        Assert.Throws<ArgumentException>(() => EntryBundle.Write(new byte[65_536], new byte[70_000]));
    }

    [Fact]
    public void Reading_a_bundle_allocates_nothing()
    {
        byte[] bytes = new byte[256 * 100];
        for (int offset = 0; offset < bytes.Length;)
        {
            offset += EntryBundle.Write(new byte[98], bytes.AsSpan(offset));
        }

        int sum = 0;
        Assert.Equal(0, Allocations.LeastOf(() => sum = Sum(bytes)));
        Assert.Equal(256 * 98, sum);
    }

    private static int Sum(byte[] bytes)
    {
        int sum = 0;
        foreach (ReadOnlySpan<byte> entry in EntryBundle.Parse(bytes))
        {
            sum += entry.Length;
        }

        return sum;
    }
}
