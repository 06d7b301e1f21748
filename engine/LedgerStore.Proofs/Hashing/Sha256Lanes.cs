// Cuts batches into groups as wide as the vector and hands them to the lanes. What is left over fills some lanes
// (the others repeat it), or is hashed singly when it is so little that a pass of the lanes would take longer.
// Any thread; pure.
using System.Runtime.CompilerServices;

namespace LedgerStore.Proofs;

internal static unsafe class Sha256Lanes
{
    // Below this many messages one by one is faster than a pass of all lanes (bench micro LaneThreshold).
    private const int NodesMin = 2;
    private const int EntriesMin = 3;

    public static int HashBundle<TLanes, TVector>(ReadOnlySpan<byte> bundle, Span<Hash256> leaves)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        int offset = 0;
        while (leaves.Length >= EntriesMin)
        {
            int count = Math.Min(leaves.Length, BundleOrder.EntriesMax);
            offset = HashGroup<TLanes, TVector>(bundle, offset, leaves[..count]);
            leaves = leaves[count..];
        }

        return Sha256Single.HashBundle(Sha256Paths.BestSingle, bundle, offset, leaves);
    }

    public static void HashNodes<TLanes, TVector>(ReadOnlySpan<Hash256> children, Span<Hash256> parents)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        // A pair is 64 bytes in a row, so the sides are two views of one span, two hashes apart from lane to lane.
        const int PairBytes = 2 * Hash256.Length;
        fixed (Hash256* from = children, to = parents)
        {
            HashSides<TLanes, TVector>((byte*)from, (byte*)from + Hash256.Length, PairBytes, to, parents.Length);
        }
    }

    public static void HashPairs<TLanes, TVector>(
        ReadOnlySpan<Hash256> left, ReadOnlySpan<Hash256> right, Span<Hash256> parents)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        fixed (Hash256* fromLeft = left, fromRight = right, to = parents)
        {
            HashSides<TLanes, TVector>((byte*)fromLeft, (byte*)fromRight, Hash256.Length, to, parents.Length);
        }
    }

    [SkipLocalsInit]
    private static int HashGroup<TLanes, TVector>(ReadOnlySpan<byte> bundle, int offset, Span<Hash256> leaves)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        BundleOrder order;
        Unsafe.SkipInit(out order);
        int end = order.Read(bundle, offset, leaves.Length);
        fixed (byte* from = bundle)
        fixed (Hash256* to = leaves)
        {
            LaneBundle<TLanes, TVector>.Hash(&order, from, to);
        }

        return end;
    }

    [SkipLocalsInit]
    private static void HashSides<TLanes, TVector>(byte* left, byte* right, nint stride, Hash256* parents, int count)
        where TLanes : struct, ILanes<TVector>
        where TVector : unmanaged
    {
        byte** lefts = stackalloc byte*[LaneFrame.LanesMax];
        byte** rights = stackalloc byte*[LaneFrame.LanesMax];
        byte* scratch = stackalloc byte[LaneNodes<TLanes, TVector>.ScratchBytes];
        while (count >= TLanes.Count)
        {
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                lefts[lane] = left + (stride * lane);
                rights[lane] = right + (stride * lane);
            }

            LaneNodes<TLanes, TVector>.Hash(lefts, rights, (byte*)parents, scratch);
            left += stride * TLanes.Count;
            right += stride * TLanes.Count;
            parents += TLanes.Count;
            count -= TLanes.Count;
        }

        if (count >= NodesMin)
        {
            Hash256* results = stackalloc Hash256[LaneFrame.LanesMax];
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                lefts[lane] = left + (stride * Math.Min(lane, count - 1));
                rights[lane] = right + (stride * Math.Min(lane, count - 1));
            }

            LaneNodes<TLanes, TVector>.Hash(lefts, rights, (byte*)results, scratch);
            new ReadOnlySpan<Hash256>(results, count).CopyTo(new Span<Hash256>(parents, count));
        }
        else if (count == 1)
        {
            *parents = MerkleHash.Node(*(Hash256*)left, *(Hash256*)right);
        }
    }
}
