// The compression function of SHA-256 (FIPS 180-4, 6.2.2) over one block of each lane's message.
// The 16 words of the schedule and the 8 of the state stay in registers; AVX-512 has 32, which is just enough.
// Any thread; pure.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

internal static unsafe class LaneRounds<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>One block: 16 words at <paramref name="words"/> into the 8 words at <paramref name="state"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Compress(TVector* state, TVector* words)
    {
        TVector a = state[0], b = state[1], c = state[2], d = state[3];
        TVector e = state[4], f = state[5], g = state[6], h = state[7];
        TVector w0 = words[0], w1 = words[1], w2 = words[2], w3 = words[3];
        TVector w4 = words[4], w5 = words[5], w6 = words[6], w7 = words[7];
        TVector w8 = words[8], w9 = words[9], w10 = words[10], w11 = words[11];
        TVector w12 = words[12], w13 = words[13], w14 = words[14], w15 = words[15];
        ref uint k = ref MemoryMarshal.GetReference(Sha256Constants.K);

        // A word is used and at once replaced by the one that is due 16 rounds later, so 16 words are ever alive.
        for (int i = 0; i < 3; i++)
        {
            Round(a, b, c, ref d, e, f, g, ref h, w0, k);
            Next(ref w0, w1, w9, w14);
            Round(h, a, b, ref c, d, e, f, ref g, w1, Unsafe.Add(ref k, 1));
            Next(ref w1, w2, w10, w15);
            Round(g, h, a, ref b, c, d, e, ref f, w2, Unsafe.Add(ref k, 2));
            Next(ref w2, w3, w11, w0);
            Round(f, g, h, ref a, b, c, d, ref e, w3, Unsafe.Add(ref k, 3));
            Next(ref w3, w4, w12, w1);
            Round(e, f, g, ref h, a, b, c, ref d, w4, Unsafe.Add(ref k, 4));
            Next(ref w4, w5, w13, w2);
            Round(d, e, f, ref g, h, a, b, ref c, w5, Unsafe.Add(ref k, 5));
            Next(ref w5, w6, w14, w3);
            Round(c, d, e, ref f, g, h, a, ref b, w6, Unsafe.Add(ref k, 6));
            Next(ref w6, w7, w15, w4);
            Round(b, c, d, ref e, f, g, h, ref a, w7, Unsafe.Add(ref k, 7));
            Next(ref w7, w8, w0, w5);
            Round(a, b, c, ref d, e, f, g, ref h, w8, Unsafe.Add(ref k, 8));
            Next(ref w8, w9, w1, w6);
            Round(h, a, b, ref c, d, e, f, ref g, w9, Unsafe.Add(ref k, 9));
            Next(ref w9, w10, w2, w7);
            Round(g, h, a, ref b, c, d, e, ref f, w10, Unsafe.Add(ref k, 10));
            Next(ref w10, w11, w3, w8);
            Round(f, g, h, ref a, b, c, d, ref e, w11, Unsafe.Add(ref k, 11));
            Next(ref w11, w12, w4, w9);
            Round(e, f, g, ref h, a, b, c, ref d, w12, Unsafe.Add(ref k, 12));
            Next(ref w12, w13, w5, w10);
            Round(d, e, f, ref g, h, a, b, ref c, w13, Unsafe.Add(ref k, 13));
            Next(ref w13, w14, w6, w11);
            Round(c, d, e, ref f, g, h, a, ref b, w14, Unsafe.Add(ref k, 14));
            Next(ref w14, w15, w7, w12);
            Round(b, c, d, ref e, f, g, h, ref a, w15, Unsafe.Add(ref k, 15));
            Next(ref w15, w0, w8, w13);
            k = ref Unsafe.Add(ref k, 16);
        }

        Round(a, b, c, ref d, e, f, g, ref h, w0, k);
        Round(h, a, b, ref c, d, e, f, ref g, w1, Unsafe.Add(ref k, 1));
        Round(g, h, a, ref b, c, d, e, ref f, w2, Unsafe.Add(ref k, 2));
        Round(f, g, h, ref a, b, c, d, ref e, w3, Unsafe.Add(ref k, 3));
        Round(e, f, g, ref h, a, b, c, ref d, w4, Unsafe.Add(ref k, 4));
        Round(d, e, f, ref g, h, a, b, ref c, w5, Unsafe.Add(ref k, 5));
        Round(c, d, e, ref f, g, h, a, ref b, w6, Unsafe.Add(ref k, 6));
        Round(b, c, d, ref e, f, g, h, ref a, w7, Unsafe.Add(ref k, 7));
        Round(a, b, c, ref d, e, f, g, ref h, w8, Unsafe.Add(ref k, 8));
        Round(h, a, b, ref c, d, e, f, ref g, w9, Unsafe.Add(ref k, 9));
        Round(g, h, a, ref b, c, d, e, ref f, w10, Unsafe.Add(ref k, 10));
        Round(f, g, h, ref a, b, c, d, ref e, w11, Unsafe.Add(ref k, 11));
        Round(e, f, g, ref h, a, b, c, ref d, w12, Unsafe.Add(ref k, 12));
        Round(d, e, f, ref g, h, a, b, ref c, w13, Unsafe.Add(ref k, 13));
        Round(c, d, e, ref f, g, h, a, ref b, w14, Unsafe.Add(ref k, 14));
        Round(b, c, d, ref e, f, g, h, ref a, w15, Unsafe.Add(ref k, 15));

        state[0] = TLanes.Add(state[0], a);
        state[1] = TLanes.Add(state[1], b);
        state[2] = TLanes.Add(state[2], c);
        state[3] = TLanes.Add(state[3], d);
        state[4] = TLanes.Add(state[4], e);
        state[5] = TLanes.Add(state[5], f);
        state[6] = TLanes.Add(state[6], g);
        state[7] = TLanes.Add(state[7], h);
    }

    /// <summary>One round. The caller renames the eight words instead of moving them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        TVector a,
        TVector b,
        TVector c,
        ref TVector d,
        TVector e,
        TVector f,
        TVector g,
        ref TVector h,
        TVector w,
        uint k)
    {
        TVector sum = TLanes.Add(TLanes.Add(h, TLanes.Add(w, TLanes.Broadcast(k))), TLanes.Select(e, f, g));
        sum = TLanes.Add(sum, TLanes.BigSigma1(e));
        d = TLanes.Add(d, sum);
        h = TLanes.Add(sum, TLanes.Add(TLanes.BigSigma0(a), TLanes.Majority(a, b, c)));
    }

    /// <summary>The word 16 rounds on: itself, and those 15, 7 and 2 rounds before that one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Next(ref TVector w, TVector before15, TVector before7, TVector before2) =>
        w = TLanes.Add(
            TLanes.Add(w, before7), TLanes.Add(TLanes.SmallSigma0(before15), TLanes.SmallSigma1(before2)));
}
