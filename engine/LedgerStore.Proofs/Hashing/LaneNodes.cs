// Node hashes in lanes: SHA-256(0x01 || left || right) of as many pairs as the vector has lanes.
//
// The 65 bytes take two blocks. One prefix byte shifts every word of the children by one byte, so a message word is the
// last byte of one child word and the first three of the next: both are rotated by a byte while they are swapped to
// big-endian (one shuffle), and then one select joins them.
//
//   block 1   w0 = 01 c0 c0 c0   w1 = c0 c1 c1 c1   ...   w15 = c14 c15 c15 c15
//   block 2   w0 = c15 80 00 00  w1..w14 = 0              w15 = 520, the length in bits
// Any thread; pure.
using System.Runtime.CompilerServices;

namespace LedgerStore.Proofs;

internal static unsafe class LaneNodes<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int StateWords = 8;
    private const int BlockWords = 16;
    private const uint FirstByte = 0xFF000000;
    private const uint NodeBits = 8 * ((2 * Hash256.Length) + 1);

    /// <summary>How much memory <see cref="Hash"/> wants as scratch, at any alignment.</summary>
    public static int ScratchBytes => ((StateWords + BlockWords + 1) * sizeof(TVector)) - 1;

    /// <summary>parents[i] = node(left[i], right[i]) for each lane i; all is read before anything is written.</summary>
    public static void Hash(byte** left, byte** right, byte* parents, byte* scratch)
    {
        TVector* state = (TVector*)Align(scratch);
        TVector* words = state + StateWords;
        for (int i = 0; i < StateWords; i++)
        {
            state[i] = TLanes.Broadcast(Sha256Constants.InitialState[i]);
        }

        TVector lastByte = LoadFirstBlock(left, right, words);
        LaneRounds<TLanes, TVector>.Compress(state, words);
        LoadSecondBlock(lastByte, words);
        LaneRounds<TLanes, TVector>.Compress(state, words);
        Store(state, parents);
    }

    /// <summary>The digests in the state, lane i to 32 * i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TVector* state, byte* digests)
    {
        TLanes.Store4(
            TLanes.Swap(state[0]), TLanes.Swap(state[1]), TLanes.Swap(state[2]), TLanes.Swap(state[3]), digests);
        TLanes.Store4(
            TLanes.Swap(state[4]), TLanes.Swap(state[5]), TLanes.Swap(state[6]), TLanes.Swap(state[7]), digests + 16);
    }

    /// <summary>The next address a vector may be loaded from without crossing a cache line.</summary>
    public static byte* Align(byte* memory) =>
        (byte*)(((nuint)memory + (nuint)sizeof(TVector) - 1) & ~((nuint)sizeof(TVector) - 1));

    /// <summary>Returns the children's last bytes, which do not fit, as the first byte of each word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TVector LoadFirstBlock(byte** left, byte** right, TVector* words)
    {
        TVector carried = TLanes.Broadcast(0x01000000);
        for (int quarter = 0; quarter < 4; quarter++)
        {
            byte** messages = quarter < 2 ? left : right;
            TLanes.Load4(messages, 16 * (quarter & 1), out TVector c0, out TVector c1, out TVector c2, out TVector c3);
            words[0] = Join(ref carried, c0);
            words[1] = Join(ref carried, c1);
            words[2] = Join(ref carried, c2);
            words[3] = Join(ref carried, c3);
            words += 4;
        }

        return carried;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadSecondBlock(TVector lastByte, TVector* words)
    {
        words[0] = TLanes.Select(TLanes.Broadcast(FirstByte), lastByte, TLanes.Broadcast(0x00800000));
        for (int i = 1; i < BlockWords - 1; i++)
        {
            words[i] = default;
        }

        words[BlockWords - 1] = TLanes.Broadcast(NodeBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Join(ref TVector carried, TVector childWord)
    {
        TVector rotated = TLanes.SwapAndRotate8(childWord);
        TVector word = TLanes.Select(TLanes.Broadcast(FirstByte), carried, rotated);
        carried = rotated;
        return word;
    }
}
