// SHA-256 of one message in plain C#. For the 65 bytes of a node it beats the framework, whose call into OpenSSL costs
// more than the hashing; for long messages the framework wins, because OpenSSL has the processor's SHA instructions.
// Any thread; pure.
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

internal readonly struct Sha256Scalar : ISha256Block
{
    private const int Rounds = 64;

    [SkipLocalsInit]
    public static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[Rounds];
        for (int t = 0; t < 16; t++)
        {
            w[t] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * t)..]);
        }

        for (int t = 16; t < Rounds; t++)
        {
            w[t] = SmallSigma1(w[t - 2]) + w[t - 7] + SmallSigma0(w[t - 15]) + w[t - 16];
        }

        for (int t = 0; t < Rounds; t++)
        {
            w[t] += Sha256Constants.K[t];
        }

        Scramble(state, w);
    }

    /// <summary>The 64 rounds; <paramref name="kw"/> is schedule and constants, added up.</summary>
    public static void Scramble(Span<uint> state, ReadOnlySpan<uint> kw)
    {
        uint a = state[0], b = state[1], c = state[2], d = state[3];
        uint e = state[4], f = state[5], g = state[6], h = state[7];
        ref uint word = ref MemoryMarshal.GetReference(kw[..Rounds]);
        for (int t = 0; t < Rounds; t += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, word);
            Round(h, a, b, ref c, d, e, f, ref g, Unsafe.Add(ref word, 1));
            Round(g, h, a, ref b, c, d, e, ref f, Unsafe.Add(ref word, 2));
            Round(f, g, h, ref a, b, c, d, ref e, Unsafe.Add(ref word, 3));
            Round(e, f, g, ref h, a, b, c, ref d, Unsafe.Add(ref word, 4));
            Round(d, e, f, ref g, h, a, b, ref c, Unsafe.Add(ref word, 5));
            Round(c, d, e, ref f, g, h, a, ref b, Unsafe.Add(ref word, 6));
            Round(b, c, d, ref e, f, g, h, ref a, Unsafe.Add(ref word, 7));
            word = ref Unsafe.Add(ref word, 8);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint kw)
    {
        uint sum = h + kw + (g ^ (e & (f ^ g)))
            + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25));
        d += sum;
        h = sum + ((a & b) | (c & (a | b)))
            + (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SmallSigma0(uint x) =>
        BitOperations.RotateRight(x, 7) ^ BitOperations.RotateRight(x, 18) ^ (x >> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint SmallSigma1(uint x) =>
        BitOperations.RotateRight(x, 17) ^ BitOperations.RotateRight(x, 19) ^ (x >> 10);
}
