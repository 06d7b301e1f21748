// The shape of the Merkle tree of RFC 9162 (2.1) as integer arithmetic: no hashes here. Every size a u64 can hold.
// Any thread; pure.
using System.Numerics;

namespace LedgerStore.Proofs;

/// <summary>Levels, splits and perfect subtrees of a Merkle tree of a given size.</summary>
public static class TreeMath
{
    /// <summary>As many perfect subtrees as any range of leaves can fall into: one going up and one going down for
    /// each level.</summary>
    public const int RangeNodesMax = 128;

    /// <summary>As many hashes as any proof has for sizes below 2^64.</summary>
    public const int ProofHashesMax = 65;

    /// <summary>The largest power of two below the size: how many leaves the left subtree of the root has.</summary>
    public static ulong SplitBelow(ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2UL);
        return 1UL << BitOperations.Log2(size - 1);
    }

    /// <summary>How many levels lie above the leaves: 0 for sizes 0 and 1.</summary>
    public static int Height(ulong size) => size < 2 ? 0 : BitOperations.Log2(size - 1) + 1;

    /// <summary>How many perfect subtrees make up a tree: one for each bit that is set in its size.</summary>
    public static int RightEdgeCount(ulong size) => BitOperations.PopCount(size);

    /// <summary>How many nodes of a level are perfect subtrees in a tree of this size.</summary>
    public static ulong NodesAt(int level, ulong size) => level is < 0 or > 63 ? 0 : size >> level;

    /// <summary>Whether the node's leaves are all in the tree, so that its hash never changes any more.</summary>
    public static bool IsPerfect(in NodeCoordinate node, ulong size) => node.Index < NodesAt(node.Level, size);

    /// <summary>
    /// The fewest perfect subtrees that cover the leaves [begin, end), from left to right. For [0, size) they are the
    /// compact range of the tree, one for each bit of the size.
    /// </summary>
    /// <returns>How many were written to <paramref name="nodes"/>.</returns>
    public static int Decompose(ulong begin, ulong end, Span<NodeCoordinate> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(begin, end);
        int count = 0;
        while (begin < end)
        {
            // The largest subtree that starts here (its size divides begin) and does not reach beyond the end.
            int level = Math.Min(BitOperations.TrailingZeroCount(begin), BitOperations.Log2(end - begin));
            nodes[count++] = new NodeCoordinate(level, begin >> level);
            begin += 1UL << level;
        }

        return count;
    }

    /// <summary>How many hashes the inclusion proof of a leaf has.</summary>
    public static int InclusionProofLength(ulong index, ulong size) => PathLength(0, index, size);

    /// <summary>How many hashes the proof has that a tree is a prefix of a larger one.</summary>
    public static int ConsistencyProofLength(ulong from, ulong to)
    {
        ArgumentOutOfRangeException.ThrowIfZero(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        if (from == to)
        {
            return 0;
        }

        // The proof starts from the last perfect subtree of the old tree. When that is the whole old tree, whoever
        // verifies knows its hash already.
        int level = BitOperations.TrailingZeroCount(from);
        return PathLength(level, (from - 1) >> level, to) + (BitOperations.IsPow2(from) ? 0 : 1);
    }

    /// <summary>
    /// On the way from a node to the root: how many levels until it meets the path of the last leaf. Up to there each
    /// level has a sibling; beyond it only the levels where the path is a right child have one.
    /// </summary>
    internal static int InnerLevels(int level, ulong index, ulong size) =>
        64 - BitOperations.LeadingZeroCount(index ^ ((size - 1) >> level));

    private static int PathLength(int level, ulong index, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, NodesAt(level, size));
        int inner = InnerLevels(level, index, size);
        return inner + (inner == 64 ? 0 : BitOperations.PopCount(index >> inner));
    }
}
