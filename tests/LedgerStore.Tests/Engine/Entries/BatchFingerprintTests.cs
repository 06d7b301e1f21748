// The fingerprint of a batch: a fixed format (golden values), keyed by the store, and different for different batches.

using System.Numerics;
using LedgerStore.Engine.Entries;
using Xunit;

namespace LedgerStore.Tests.Engine.Entries;

public sealed class BatchFingerprintTests
{
    private static readonly BatchFingerprint s_fingerprint = new(new UInt128(0x0F0E0D0C0B0A0908, 0x0706050403020100));

    [Fact]
    public void It_is_what_its_definition_says()
    {
        var random = new Random(11);
        for (int round = 0; round < 500; round++)
        {
            var storeId = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64());
            byte[] contentType = Bytes(random, random.Next(129));
            int[] lengths = Enumerable.Range(0, random.Next(1, 70)).Select(_ => random.Next()).ToArray();
            byte[] payload = Bytes(random, random.Next(1000));
            Assert.Equal(
                FingerprintModel.Compute(storeId, contentType, lengths, payload),
                new BatchFingerprint(storeId).Compute(contentType, lengths, payload));
        }
    }

    [Fact]
    public void Its_values_never_change()
    {
        // A retry may come after an upgrade, or on another processor.
        byte[] payload = Enumerable.Range(0, 200).Select(i => (byte)i).ToArray();
        Assert.Equal(
            "905ceba0265f096c8e29ba483f691581", Hex(s_fingerprint.Compute("text/plain"u8, [64, 136], payload)));
        Assert.Equal(
            "faf5971767b59c8b75cd09035e41e0be", Hex(s_fingerprint.Compute(default, [0], ReadOnlySpan<byte>.Empty)));
    }

    [Fact]
    public void Every_changed_bit_changes_about_half_of_it()
    {
        var random = new Random(13);
        byte[] payload = Bytes(random, 300);
        int[] lengths = [100, 150, 50];
        byte[] contentType = "application/json"u8.ToArray();
        UInt128 original = s_fingerprint.Compute(contentType, lengths, payload);
        for (int bit = 0; bit < 8 * payload.Length; bit++)
        {
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertFar(original, s_fingerprint.Compute(contentType, lengths, payload));
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int bit = 0; bit < 8 * contentType.Length; bit++)
        {
            contentType[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertFar(original, s_fingerprint.Compute(contentType, lengths, payload));
            contentType[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int bit = 0; bit < 96; bit++)
        {
            lengths[bit / 32] ^= 1 << (bit % 32);
            AssertFar(original, s_fingerprint.Compute(contentType, lengths, payload));
            lengths[bit / 32] ^= 1 << (bit % 32);
        }
    }

    [Fact]
    public void Boundaries_zeros_order_and_the_store_count()
    {
        var seen = new HashSet<UInt128>();
        Assert.True(seen.Add(s_fingerprint.Compute(default, [1, 2], new byte[3])));
        Assert.True(seen.Add(s_fingerprint.Compute(default, [2, 1], new byte[3])));
        Assert.True(seen.Add(s_fingerprint.Compute(default, [3], new byte[3])));
        Assert.True(seen.Add(s_fingerprint.Compute(default, [3, 0], new byte[3])));
        Assert.True(seen.Add(s_fingerprint.Compute(new byte[1], [3], new byte[3])));
        Assert.True(seen.Add(s_fingerprint.Compute(new byte[2], [3], new byte[3])));
        Assert.True(seen.Add(new BatchFingerprint(UInt128.Zero).Compute(default, [3], new byte[3])));
        for (int zeros = 4; zeros < 300; zeros++)
        {
            Assert.True(seen.Add(s_fingerprint.Compute(default, [3], new byte[zeros])));
        }

        // Swapped words, halves and stripes of a payload.
        byte[] payload = Bytes(new Random(14), 256);
        Assert.True(seen.Add(s_fingerprint.Compute(default, [256], payload)));
        foreach (int unit in (int[])[8, 16, 32, 64, 128])
        {
            byte[] swapped = (byte[])payload.Clone();
            payload.AsSpan(0, unit).CopyTo(swapped.AsSpan(unit));
            payload.AsSpan(unit, unit).CopyTo(swapped);
            Assert.True(seen.Add(s_fingerprint.Compute(default, [256], swapped)));
        }
    }

    private static void AssertFar(UInt128 a, UInt128 b)
    {
        int bits = (int)UInt128.PopCount(a ^ b);
        Assert.InRange(bits, 30, 98);
    }

    private static string Hex(UInt128 value) => value.ToString("x32");

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    // The definition at the head of BatchFingerprint, as directly as it can be written.
    private static class FingerprintModel
    {
        public static UInt128 Compute(UInt128 storeId, byte[] contentType, int[] lengths, byte[] payload)
        {
            ulong low = (ulong)storeId;
            ulong high = (ulong)(storeId >> 64);
            ulong[] roots = [0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1];
            ulong[] keys = new ulong[4];
            for (int i = 0; i < 4; i++)
            {
                BigInteger product = new BigInteger(low ^ roots[i]) * new BigInteger(high ^ roots[(i + 1) % 4]);
                keys[i] = (ulong)(product & ulong.MaxValue) ^ (ulong)(product >> 64);
            }

            ulong[] lanes = [keys[3], keys[2], keys[1], keys[0]];
            Section(keys, lanes, contentType);
            Section(keys, lanes, lengths.SelectMany(BitConverter.GetBytes).ToArray());
            Section(keys, lanes, payload);
            ulong[] end = [(ulong)contentType.Length, (ulong)lengths.Length, (ulong)payload.Length, 1, 2, 3, 4, 5];
            for (int i = 0; i < 4; i++)
            {
                Section(keys, lanes, end.SelectMany(BitConverter.GetBytes).ToArray());
            }

            return new UInt128(lanes[0] ^ lanes[2], lanes[1] ^ lanes[3]);
        }

        private static void Section(ulong[] keys, ulong[] lanes, byte[] bytes)
        {
            Array.Resize(ref bytes, (bytes.Length + 63) / 64 * 64);
            for (int at = 0; at < bytes.Length; at += 64)
            {
                var products = new BigInteger[4];
                for (int i = 0; i < 4; i++)
                {
                    ulong a = BitConverter.ToUInt64(bytes, at + 16 * i) ^ keys[i];
                    ulong b = BitConverter.ToUInt64(bytes, at + 16 * i + 8) ^ lanes[i];
                    products[i] = new BigInteger(a) * new BigInteger(b);
                }

                for (int i = 0; i < 4; i++)
                {
                    lanes[i] = (ulong)(products[i] & ulong.MaxValue) ^ (ulong)(products[(i + 1) % 4] >> 64);
                }
            }
        }
    }
}
