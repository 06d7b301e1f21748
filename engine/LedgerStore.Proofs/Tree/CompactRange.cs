// The right edge of a growing tree: the roots of the perfect subtrees that [0, size) consists of, at most 64 hashes.
// It is all that is needed to append and to know the root; what it has let go of is in the tiles.
// Owned by one thread at a time.
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LedgerStore.Proofs;

/// <summary>The perfect subtrees of the tree over [0, <see cref="Size"/>), ready to be appended to.</summary>
public sealed class CompactRange
{
    /// <summary>The largest tree: sizes are positive numbers of 63 bits.</summary>
    public const ulong SizeMax = long.MaxValue;

    private const int Levels = 63;

    // A run of 256 fills the lanes at all levels that matter, and its work area is 8 KiB of stack.
    private const int RunMax = 256;

    // Level by level the subtree that waits for its right sibling; there is one exactly where Size has a bit.
    private readonly Hash256[] _waiting = new Hash256[Levels];

    /// <summary>The tree without leaves.</summary>
    public CompactRange()
    {
    }

    /// <summary>Goes on where another range stopped.</summary>
    /// <param name="size">How many leaves it covers.</param>
    /// <param name="nodes">Its subtrees from left to right, as <see cref="CopyNodes"/> gives them.</param>
    public CompactRange(ulong size, ReadOnlySpan<Hash256> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, SizeMax);
        ThrowUnlessRightEdge(size, nodes);
        Size = size;
        int next = 0;
        for (int level = Levels - 1; level >= 0; level--)
        {
            if (Has(level))
            {
                _waiting[level] = nodes[next++];
            }
        }
    }

    /// <summary>How many leaves the range covers.</summary>
    public ulong Size { get; private set; }

    /// <summary>How many subtrees it consists of.</summary>
    public int NodeCount => TreeMath.RightEdgeCount(Size);

    /// <summary>The root of the tree whose right edge is <paramref name="nodes"/>, from left to right.</summary>
    public static Hash256 RootOf(ulong size, ReadOnlySpan<Hash256> nodes)
    {
        ThrowUnlessRightEdge(size, nodes);
        return nodes.IsEmpty ? MerkleHash.EmptyRoot : Fold(nodes);
    }

    public void Append(in Hash256 leaf) => AppendSubtrees(0, new ReadOnlySpan<Hash256>(in leaf));

    /// <summary>Appends leaf hashes, many at once.</summary>
    public void Append(ReadOnlySpan<Hash256> leaves) => AppendSubtrees(0, leaves);

    /// <summary>Appends the root of a perfect subtree of 2^level leaves.</summary>
    public void AppendSubtree(int level, in Hash256 root) =>
        AppendSubtrees(level, new ReadOnlySpan<Hash256>(in root));

    /// <summary>
    /// Appends the roots of consecutive perfect subtrees of 2^level leaves each. The size must be a multiple of that.
    /// </summary>
    public void AppendSubtrees(int level, ReadOnlySpan<Hash256> roots)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(level, Levels);
        if ((Size & ((1UL << level) - 1)) != 0)
        {
            throw new ArgumentException($"a subtree of level {level} cannot start at leaf {Size}", nameof(level));
        }

        if ((ulong)roots.Length > (SizeMax - Size) >> level)
        {
            throw new ArgumentException(
                $"{roots.Length} subtrees of level {level} after leaf {Size} exceed {SizeMax} leaves", nameof(roots));
        }

        while (!roots.IsEmpty)
        {
            int count = Math.Min(roots.Length, RunMax);
            AppendRun(level, roots[..count]);
            roots = roots[count..];
        }
    }

    /// <summary>The root of the tree at its present size.</summary>
    [SkipLocalsInit]
    public Hash256 Root()
    {
        Span<Hash256> nodes = stackalloc Hash256[Levels];
        return RootOf(Size, nodes[..CopyNodes(nodes)]);
    }

    /// <summary>Copies the subtrees from left to right and returns how many there are.</summary>
    public int CopyNodes(Span<Hash256> nodes)
    {
        int count = 0;
        for (ulong left = Size; left != 0; left ^= 1UL << BitOperations.Log2(left))
        {
            nodes[count++] = _waiting[BitOperations.Log2(left)];
        }

        return count;
    }

    /// <summary>Which subtrees those are; returns how many.</summary>
    public int CopyCoordinates(Span<NodeCoordinate> nodes) => TreeMath.Decompose(0, Size, nodes);

    /// <summary>Becomes what <paramref name="other"/> is now.</summary>
    public void CopyFrom(CompactRange other)
    {
        other._waiting.CopyTo(_waiting, 0);
        Size = other.Size;
    }

    /// <summary>A range of its own that goes on from here.</summary>
    public CompactRange Clone()
    {
        var clone = new CompactRange();
        clone.CopyFrom(this);
        return clone;
    }

    [SkipLocalsInit]
    private void AppendRun(int level, ReadOnlySpan<Hash256> roots)
    {
        Span<Hash256> nodes = stackalloc Hash256[RunMax + 1];
        roots.CopyTo(nodes[1..]);
        int count = roots.Length;
        for (int at = level; count > 0; at++)
        {
            // nodes[1..] are the new nodes of this level; the one that waits for the first of them goes before it.
            Span<Hash256> all = Has(at) ? nodes[..(count + 1)] : nodes.Slice(1, count);
            if (Has(at))
            {
                all[0] = _waiting[at];
            }

            if (all.Length % 2 == 1)
            {
                _waiting[at] = all[^1];
            }

            count = all.Length / 2;
            Span<Hash256> pairs = all[..(2 * count)];
            Sha256Batch.HashNodes(pairs, pairs[..count]);
            pairs[..count].CopyTo(nodes[1..]);
        }

        Size += (ulong)roots.Length << level;
    }

    private bool Has(int level) => ((Size >> level) & 1) != 0;

    /// <summary>Right to left: each subtree is the left sibling of everything to its right.</summary>
    private static Hash256 Fold(ReadOnlySpan<Hash256> nodes)
    {
        Hash256 root = nodes[^1];
        for (int i = nodes.Length - 2; i >= 0; i--)
        {
            root = MerkleHash.Node(nodes[i], root);
        }

        return root;
    }

    private static void ThrowUnlessRightEdge(ulong size, ReadOnlySpan<Hash256> nodes)
    {
        if (nodes.Length != TreeMath.RightEdgeCount(size))
        {
            throw new ArgumentException(
                $"a tree of {size} leaves has {TreeMath.RightEdgeCount(size)} perfect subtrees, not {nodes.Length}",
                nameof(nodes));
        }
    }
}
