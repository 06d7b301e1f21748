// The shape of trees against counting by hand: recursion as RFC 9162 writes it, for every size to 600, and the ends of
// the number range.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class TreeMathTests
{
    private const int SizeMax = 600;

    [Fact]
    public void The_split_is_the_largest_power_of_two_below_the_size()
    {
        for (int size = 2; size <= SizeMax; size++)
        {
            Assert.Equal((ulong)HashPaths.Half(size), TreeMath.SplitBelow((ulong)size));
        }

        Assert.Equal(1UL << 62, TreeMath.SplitBelow(1UL << 63));
        Assert.Equal(1UL << 63, TreeMath.SplitBelow(ulong.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeMath.SplitBelow(1));
    }

    [Fact]
    public void Ranges_fall_into_the_fewest_perfect_subtrees_in_order()
    {
        Span<NodeCoordinate> nodes = stackalloc NodeCoordinate[TreeMath.RangeNodesMax];
        for (ulong begin = 0; begin < 130; begin++)
        {
            for (ulong end = begin; end < 130; end++)
            {
                int count = TreeMath.Decompose(begin, end, nodes);
                ulong at = begin;
                for (int i = 0; i < count; i++)
                {
                    Assert.Equal(at, nodes[i].FirstLeaf);
                    at += 1UL << nodes[i].Level;
                    bool twins = i > 0 && nodes[i - 1] == nodes[i].Sibling && nodes[i - 1].Index % 2 == 0;
                    Assert.False(twins, $"[{begin}, {end}) has two nodes where their parent would do");
                }

                Assert.Equal(end, at);
            }
        }
    }

    [Fact]
    public void The_right_edge_of_a_tree_has_one_subtree_for_each_bit_of_its_size()
    {
        Span<NodeCoordinate> nodes = stackalloc NodeCoordinate[TreeMath.RangeNodesMax];
        foreach (ulong size in new ulong[] { 0, 1, 2, 3, 70_000, long.MaxValue, 1UL << 63, ulong.MaxValue })
        {
            Assert.Equal(TreeMath.RightEdgeCount(size), TreeMath.Decompose(0, size, nodes));
        }
    }

    [Fact]
    public void The_longest_range_fits_the_declared_limit()
    {
        Span<NodeCoordinate> nodes = stackalloc NodeCoordinate[TreeMath.RangeNodesMax];
        Assert.Equal(126, TreeMath.Decompose(1, ulong.MaxValue, nodes));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => TreeMath.Decompose(2, 1, new NodeCoordinate[TreeMath.RangeNodesMax]));
    }

    [Fact]
    public void Proof_lengths_are_those_of_the_recursive_definitions()
    {
        for (int size = 1; size <= SizeMax; size++)
        {
            for (int index = 0; index < size; index++)
            {
                Assert.Equal(
                    NaiveTree.PathLength(index, size), TreeMath.InclusionProofLength((ulong)index, (ulong)size));
                Assert.Equal(
                    NaiveTree.SubproofLength(index + 1, size, whole: true),
                    TreeMath.ConsistencyProofLength((ulong)index + 1, (ulong)size));
            }
        }
    }

    [Fact]
    public void Proof_lengths_at_the_end_of_the_number_range()
    {
        Assert.Equal(63, TreeMath.InclusionProofLength(0, long.MaxValue));
        Assert.Equal(62, TreeMath.InclusionProofLength(long.MaxValue - 1, long.MaxValue));
        Assert.Equal(64, TreeMath.InclusionProofLength(0, ulong.MaxValue));
        Assert.Equal(63, TreeMath.InclusionProofLength(ulong.MaxValue - 1, ulong.MaxValue));
        Assert.Equal(64, TreeMath.ConsistencyProofLength(1, ulong.MaxValue));
        Assert.Equal(65, TreeMath.ConsistencyProofLength(3, ulong.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeMath.InclusionProofLength(5, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeMath.InclusionProofLength(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeMath.ConsistencyProofLength(0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => TreeMath.ConsistencyProofLength(6, 5));
    }

    [Fact]
    public void Heights_and_levels()
    {
        Assert.Equal(0, TreeMath.Height(0));
        Assert.Equal(0, TreeMath.Height(1));
        Assert.Equal(1, TreeMath.Height(2));
        Assert.Equal(2, TreeMath.Height(3));
        Assert.Equal(8, TreeMath.Height(256));
        Assert.Equal(9, TreeMath.Height(257));
        Assert.Equal(64, TreeMath.Height(ulong.MaxValue));
        Assert.Equal(273UL, TreeMath.NodesAt(8, 70_000));
        Assert.Equal(0UL, TreeMath.NodesAt(64, ulong.MaxValue));
        Assert.True(TreeMath.IsPerfect(new NodeCoordinate(8, 272), 70_000));
        Assert.False(TreeMath.IsPerfect(new NodeCoordinate(8, 273), 70_000));
    }
}
