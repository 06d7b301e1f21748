// Which nodes a proof is made of, before any of them is read (RFC 9162, 2.1.3.1 and 2.1.4.1, without recursion).
//
// On the way from a node to the root every step adds the sibling. Until the path meets that of the last leaf (the
// fork) each level has one; beyond, only where the path is a right child. All of these are perfect subtrees but the
// right sibling just below the fork: it ends where the tree ends, and is folded from its own perfect subtrees.
//
//             root            path of the node:  n, p, fork
//            /    \           siblings:          s (inner), the right child of fork (folded from r1 and r2),
//         left     fork                          left (border)
//                 /    \
//                p      *
//               / \    / \
//              n   s  r1  r2
// Any thread; pure.
using System.Numerics;

namespace LedgerStore.Proofs;

/// <summary>The nodes to read for a proof, and how their hashes become the proof.</summary>
public readonly ref struct ProofPlan
{
    /// <summary>No plan has more nodes.</summary>
    public const int NodesMax = 128;

    private readonly int _foldStart;
    private readonly int _foldCount;

    private ProofPlan(ReadOnlySpan<NodeCoordinate> nodes, int foldStart, int foldCount)
    {
        Nodes = nodes;
        _foldStart = foldStart;
        _foldCount = foldCount;
    }

    /// <summary>What to read, in this order.</summary>
    public ReadOnlySpan<NodeCoordinate> Nodes { get; }

    /// <summary>How many hashes the proof will have.</summary>
    public int HashCount => Nodes.Length - Math.Max(_foldCount - 1, 0);

    /// <summary>Plans the proof that the tree of <paramref name="size"/> leaves has this one at the index.</summary>
    /// <param name="room">Holds the plan's nodes; <see cref="NodesMax"/> always suffice.</param>
    public static ProofPlan Inclusion(ulong index, ulong size, Span<NodeCoordinate> room)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        return Path(new NodeCoordinate(0, index), size, room, 0);
    }

    /// <summary>Plans the path of a node: of the 2^level leaves from index * 2^level on, or, at the tree's right edge,
    /// of those of them that there are.</summary>
    /// <param name="room">Holds the plan's nodes; <see cref="NodesMax"/> always suffice.</param>
    public static ProofPlan Node(NodeCoordinate node, ulong size, Span<NodeCoordinate> room)
    {
        ulong first = node.Index << node.Level;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(first, size, nameof(node));
        if (size - first >= 1UL << node.Level)
        {
            return Path(node, size, room, 0);
        }

        // Nothing is to its right: the perfect subtrees before it, the nearest first.
        int count = TreeMath.Decompose(0, first, room);
        room[..count].Reverse();
        return new ProofPlan(room[..count], 0, 0);
    }

    /// <summary>Plans the proof that the tree of size <paramref name="from"/> is a prefix of the larger one.</summary>
    /// <param name="room">Holds the plan's nodes; <see cref="NodesMax"/> always suffice.</param>
    public static ProofPlan Consistency(ulong from, ulong to, Span<NodeCoordinate> room)
    {
        ArgumentOutOfRangeException.ThrowIfZero(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        if (from == to)
        {
            return default;
        }

        // From the last perfect subtree of the old tree, which is part of the proof unless it is the whole old tree.
        int level = BitOperations.TrailingZeroCount(from);
        var last = new NodeCoordinate(level, (from - 1) >> level);
        if (last.Index == 0)
        {
            return Path(last, to, room, 0);
        }

        room[0] = last;
        return Path(last, to, room, 1);
    }

    /// <summary>Makes the proof of the hashes that were read for <see cref="Nodes"/>.</summary>
    /// <returns>The number of hashes written: <see cref="HashCount"/>.</returns>
    public int Fold(ReadOnlySpan<Hash256> hashes, Span<Hash256> proof)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hashes.Length, Nodes.Length, nameof(hashes));
        int folds = Math.Max(_foldCount - 1, 0);
        hashes[..(_foldStart + _foldCount - folds)].CopyTo(proof);
        if (folds > 0)
        {
            // Right to left: each subtree is the left sibling of everything behind it.
            int last = _foldStart + folds;
            Hash256 folded = hashes[last];
            for (int i = last - 1; i >= _foldStart; i--)
            {
                folded = MerkleHash.Node(hashes[i], folded);
            }

            proof[_foldStart] = folded;
        }

        hashes[(_foldStart + _foldCount)..].CopyTo(proof[(_foldStart + _foldCount - folds)..]);
        return HashCount;
    }

    private static ProofPlan Path(NodeCoordinate node, ulong size, Span<NodeCoordinate> room, int count)
    {
        int inner = TreeMath.InnerLevels(node.Level, node.Index, size);
        int foldStart = count;
        int foldCount = 0;
        for (int i = 0; i < inner; i++, node = Parent(node))
        {
            NodeCoordinate sibling = node.Sibling;
            if (i < inner - 1)
            {
                room[count++] = sibling;
            }
            else
            {
                foldStart = count;
                foldCount = TreeMath.Decompose(sibling.FirstLeaf, size, room[count..]);
                count += foldCount;
            }
        }

        for (; node.Index != 0; node = Parent(node))
        {
            if (node.Index % 2 == 1)
            {
                room[count++] = node.Sibling;
            }
        }

        return new ProofPlan(room[..count], foldStart, foldCount);
    }

    private static NodeCoordinate Parent(NodeCoordinate node) => new(node.Level + 1, node.Index >> 1);
}
