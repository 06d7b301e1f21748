// The compression function of SHA-256 (FIPS 180-4, 6.2.2) over one block of each lane's message.
// The 8 words of the state stay in registers, the 16 of the schedule in memory: AVX2 has 16 registers, and with the
// schedule in locals the JIT moves them about so much that a node takes 172 ns and not 62 (AVX-512: no difference).
// Any thread; pure.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LedgerStore.Proofs;

internal static unsafe class LaneRounds<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// One block: 16 words at <paramref name="words"/>, which are used up, into the 8 at <paramref name="state"/>.
    /// A word is used and at once replaced by the one that is due 16 rounds later, so 16 words are ever alive.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Compress(TVector* state, TVector* words)
    {
        TVector a = state[0], b = state[1], c = state[2], d = state[3];
        TVector e = state[4], f = state[5], g = state[6], h = state[7];
        ref uint k = ref MemoryMarshal.GetReference(Sha256Constants.K);

        for (int i = 0; i < 3; i++)
        {
            Round(a, b, c, ref d, e, f, g, ref h, words[0], k);
            Next(ref words[0], words[1], words[9], words[14]);
            Round(h, a, b, ref c, d, e, f, ref g, words[1], Unsafe.Add(ref k, 1));
            Next(ref words[1], words[2], words[10], words[15]);
            Round(g, h, a, ref b, c, d, e, ref f, words[2], Unsafe.Add(ref k, 2));
            Next(ref words[2], words[3], words[11], words[0]);
            Round(f, g, h, ref a, b, c, d, ref e, words[3], Unsafe.Add(ref k, 3));
            Next(ref words[3], words[4], words[12], words[1]);
            Round(e, f, g, ref h, a, b, c, ref d, words[4], Unsafe.Add(ref k, 4));
            Next(ref words[4], words[5], words[13], words[2]);
            Round(d, e, f, ref g, h, a, b, ref c, words[5], Unsafe.Add(ref k, 5));
            Next(ref words[5], words[6], words[14], words[3]);
            Round(c, d, e, ref f, g, h, a, ref b, words[6], Unsafe.Add(ref k, 6));
            Next(ref words[6], words[7], words[15], words[4]);
            Round(b, c, d, ref e, f, g, h, ref a, words[7], Unsafe.Add(ref k, 7));
            Next(ref words[7], words[8], words[0], words[5]);
            Round(a, b, c, ref d, e, f, g, ref h, words[8], Unsafe.Add(ref k, 8));
            Next(ref words[8], words[9], words[1], words[6]);
            Round(h, a, b, ref c, d, e, f, ref g, words[9], Unsafe.Add(ref k, 9));
            Next(ref words[9], words[10], words[2], words[7]);
            Round(g, h, a, ref b, c, d, e, ref f, words[10], Unsafe.Add(ref k, 10));
            Next(ref words[10], words[11], words[3], words[8]);
            Round(f, g, h, ref a, b, c, d, ref e, words[11], Unsafe.Add(ref k, 11));
            Next(ref words[11], words[12], words[4], words[9]);
            Round(e, f, g, ref h, a, b, c, ref d, words[12], Unsafe.Add(ref k, 12));
            Next(ref words[12], words[13], words[5], words[10]);
            Round(d, e, f, ref g, h, a, b, ref c, words[13], Unsafe.Add(ref k, 13));
            Next(ref words[13], words[14], words[6], words[11]);
            Round(c, d, e, ref f, g, h, a, ref b, words[14], Unsafe.Add(ref k, 14));
            Next(ref words[14], words[15], words[7], words[12]);
            Round(b, c, d, ref e, f, g, h, ref a, words[15], Unsafe.Add(ref k, 15));
            Next(ref words[15], words[0], words[8], words[13]);
            k = ref Unsafe.Add(ref k, 16);
        }

        Round(a, b, c, ref d, e, f, g, ref h, words[0], k);
        Round(h, a, b, ref c, d, e, f, ref g, words[1], Unsafe.Add(ref k, 1));
        Round(g, h, a, ref b, c, d, e, ref f, words[2], Unsafe.Add(ref k, 2));
        Round(f, g, h, ref a, b, c, d, ref e, words[3], Unsafe.Add(ref k, 3));
        Round(e, f, g, ref h, a, b, c, ref d, words[4], Unsafe.Add(ref k, 4));
        Round(d, e, f, ref g, h, a, b, ref c, words[5], Unsafe.Add(ref k, 5));
        Round(c, d, e, ref f, g, h, a, ref b, words[6], Unsafe.Add(ref k, 6));
        Round(b, c, d, ref e, f, g, h, ref a, words[7], Unsafe.Add(ref k, 7));
        Round(a, b, c, ref d, e, f, g, ref h, words[8], Unsafe.Add(ref k, 8));
        Round(h, a, b, ref c, d, e, f, ref g, words[9], Unsafe.Add(ref k, 9));
        Round(g, h, a, ref b, c, d, e, ref f, words[10], Unsafe.Add(ref k, 10));
        Round(f, g, h, ref a, b, c, d, ref e, words[11], Unsafe.Add(ref k, 11));
        Round(e, f, g, ref h, a, b, c, ref d, words[12], Unsafe.Add(ref k, 12));
        Round(d, e, f, ref g, h, a, b, ref c, words[13], Unsafe.Add(ref k, 13));
        Round(c, d, e, ref f, g, h, a, ref b, words[14], Unsafe.Add(ref k, 14));
        Round(b, c, d, ref e, f, g, h, ref a, words[15], Unsafe.Add(ref k, 15));

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
