// The fingerprint of a batch: tells a retry of a batch from another batch that claims the same sequence.
// Pure: the keys come from the store id and never change; any thread. docs/decisions/0004 has the figures.
//
//   words are 64 bits little-endian, a stripe is 8 of them, a section is zero-padded to whole stripes
//   stripe:  p[i] = (word[2i] ^ key[i]) * (word[2i+1] ^ lane[i])        i = 0..3, 128-bit products
//            lane[i] = low(p[i]) ^ high(p[i+1 mod 4])
//   batch:   section(content type), section(lengths as u32), section(payload),
//            then 4 times the stripe {content type bytes, records, payload bytes, 1, 2, 3, 4, 5}
//   result:  high = lane[0] ^ lane[2], low = lane[1] ^ lane[3]

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LedgerStore.Engine.Format;

namespace LedgerStore.Engine.Entries;

/// <summary>A fast 128-bit hash of a batch, keyed by the store id, the same on every processor.</summary>
/// <remarks>
/// Not a cryptographic hash, and it need not be one: a batch is compared only with the batch of the same producer that
/// has the same first sequence. Who makes two batches collide deceives himself alone. The hashes that auditors rely on
/// are SHA-256 over the entries.
/// </remarks>
internal sealed class BatchFingerprint
{
    private const int StripeBytes = 64;

    // The first 64 bits of the fractions of the square roots of 2, 3, 5 and 7: nobody chose them.
    private const ulong Root2 = 0x6A09E667F3BCC908;
    private const ulong Root3 = 0xBB67AE8584CAA73B;
    private const ulong Root5 = 0x3C6EF372FE94F82B;
    private const ulong Root7 = 0xA54FF53A5F1D36F1;

    private readonly ulong _key0;
    private readonly ulong _key1;
    private readonly ulong _key2;
    private readonly ulong _key3;

    public BatchFingerprint(UInt128 storeId)
    {
        ulong low = (ulong)storeId;
        ulong high = (ulong)(storeId >> 64);
        _key0 = Fold(low ^ Root2, high ^ Root3);
        _key1 = Fold(low ^ Root3, high ^ Root5);
        _key2 = Fold(low ^ Root5, high ^ Root7);
        _key3 = Fold(low ^ Root7, high ^ Root2);
    }

    /// <summary>The fingerprint of one batch.</summary>
    public UInt128 Compute(
        ReadOnlySpan<byte> contentType, ReadOnlySpan<int> lengths, ReadOnlySpan<byte> payload)
    {
        Lanes lanes = StartLanes();
        AbsorbSection(ref lanes, contentType);
        AbsorbLengths(ref lanes, lengths);
        AbsorbSection(ref lanes, payload);
        return Finish(ref lanes, contentType.Length, lengths.Length, payload.Length);
    }

    /// <summary>The same of a batch as it is stored, in bundle encoding; null: it is not made of entries.</summary>
    public UInt128? OfEntries(ReadOnlySpan<byte> entries, int count)
    {
        int[] lengths = new int[count];
        ArrayBufferWriter<byte> payload = new();
        ReadOnlySpan<byte> contentType = default;
        for (int i = 0; i < count; i++)
        {
            int end = BlockFormat.EntryPrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(entries);
            if (!EntryView.TryParse(entries[BlockFormat.EntryPrefixBytes..end], out EntryView view))
            {
                return null;
            }

            contentType = i == 0 ? view.ContentType : contentType;
            lengths[i] = view.Payload.Length;
            payload.Write(view.Payload);
            entries = entries[end..];
        }

        return Compute(contentType, lengths, payload.WrittenSpan);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private Lanes StartLanes() => new() { A = _key3, B = _key2, C = _key1, D = _key0 };

    private void AbsorbSection(ref Lanes lanes, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = AbsorbStripes(ref lanes, bytes);
        if (!rest.IsEmpty)
        {
            AbsorbPadded(ref lanes, rest);
        }
    }

    /// <summary>Absorbs the whole stripes and returns what is left.</summary>
    private ReadOnlySpan<byte> AbsorbStripes(scoped ref Lanes lanes, ReadOnlySpan<byte> bytes)
    {
        // Locals and not the struct: the lanes and the keys stay in registers.
        (ulong a, ulong b, ulong c, ulong d) = (lanes.A, lanes.B, lanes.C, lanes.D);
        (ulong key0, ulong key1, ulong key2, ulong key3) = (_key0, _key1, _key2, _key3);
        while (bytes.Length >= StripeBytes)
        {
            ReadOnlySpan<byte> stripe = bytes[..StripeBytes];
            ulong high0 = Math.BigMul(Word(stripe, 0) ^ key0, Word(stripe, 8) ^ a, out ulong low0);
            ulong high1 = Math.BigMul(Word(stripe, 16) ^ key1, Word(stripe, 24) ^ b, out ulong low1);
            ulong high2 = Math.BigMul(Word(stripe, 32) ^ key2, Word(stripe, 40) ^ c, out ulong low2);
            ulong high3 = Math.BigMul(Word(stripe, 48) ^ key3, Word(stripe, 56) ^ d, out ulong low3);
            a = low0 ^ high1;
            b = low1 ^ high2;
            c = low2 ^ high3;
            d = low3 ^ high0;
            bytes = bytes[StripeBytes..];
        }

        lanes = new Lanes { A = a, B = b, C = c, D = d };
        return bytes;
    }

    private void AbsorbPadded(ref Lanes lanes, ReadOnlySpan<byte> rest)
    {
        Span<byte> stripe = stackalloc byte[StripeBytes];
        stripe.Clear();
        rest.CopyTo(stripe);
        AbsorbStripes(ref lanes, stripe);
    }

    // Built from the numbers and not from their memory, so that the byte order of the processor does not matter.
    private void AbsorbLengths(ref Lanes lanes, ReadOnlySpan<int> lengths)
    {
        const int PerStripe = StripeBytes / sizeof(int);
        Lanes now = lanes;
        while (lengths.Length >= PerStripe)
        {
            ReadOnlySpan<int> stripe = lengths[..PerStripe];
            Mix(
                ref now,
                Pair(stripe, 0), Pair(stripe, 2), Pair(stripe, 4), Pair(stripe, 6),
                Pair(stripe, 8), Pair(stripe, 10), Pair(stripe, 12), Pair(stripe, 14));
            lengths = lengths[PerStripe..];
        }

        lanes = now;
        if (!lengths.IsEmpty)
        {
            Span<int> padded = stackalloc int[PerStripe];
            padded.Clear();
            lengths.CopyTo(padded);
            AbsorbLengths(ref lanes, padded);
        }
    }

    // Four stripes, because a difference in one lane needs three to reach all the others.
    private UInt128 Finish(ref Lanes lanes, long contentTypeBytes, long records, long payloadBytes)
    {
        for (int i = 0; i < 4; i++)
        {
            Mix(ref lanes, (ulong)contentTypeBytes, (ulong)records, (ulong)payloadBytes, 1, 2, 3, 4, 5);
        }

        return new UInt128(lanes.A ^ lanes.C, lanes.B ^ lanes.D);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Mix(
        ref Lanes lanes, ulong w0, ulong w1, ulong w2, ulong w3, ulong w4, ulong w5, ulong w6, ulong w7)
    {
        ulong high0 = Math.BigMul(w0 ^ _key0, w1 ^ lanes.A, out ulong low0);
        ulong high1 = Math.BigMul(w2 ^ _key1, w3 ^ lanes.B, out ulong low1);
        ulong high2 = Math.BigMul(w4 ^ _key2, w5 ^ lanes.C, out ulong low2);
        ulong high3 = Math.BigMul(w6 ^ _key3, w7 ^ lanes.D, out ulong low3);
        lanes.A = low0 ^ high1;
        lanes.B = low1 ^ high2;
        lanes.C = low2 ^ high3;
        lanes.D = low3 ^ high0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ReadOnlySpan<byte> stripe, int offset) =>
        BinaryPrimitives.ReadUInt64LittleEndian(stripe.Slice(offset, sizeof(ulong)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Pair(ReadOnlySpan<int> lengths, int i) =>
        (uint)lengths[i] | ((ulong)(uint)lengths[i + 1] << 32);

    [StructLayout(LayoutKind.Auto)]
    private struct Lanes
    {
        public ulong A;
        public ulong B;
        public ulong C;
        public ulong D;
    }
}
