// The right edge against the recursive root: leaf by leaf, in runs of every length, and as subtrees of the levels that
// the store appends (bundles are level 8, segments level 16).
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class CompactRangeTests
{
    [Fact]
    public void The_root_after_each_of_600_leaves_is_the_recursive_one()
    {
        NaiveTree tree = NaiveTree.OfSize(600, seed: 10);
        var range = new CompactRange();
        Assert.Equal(MerkleHash.EmptyRoot, range.Root());
        for (int size = 1; size <= 600; size++)
        {
            range.Append(tree.Leaves[size - 1]);
            Assert.Equal((ulong)size, range.Size);
            Assert.Equal(tree.Root(size), range.Root());
        }
    }

    [Fact]
    public void A_run_of_any_length_appended_at_any_size_gives_what_single_leaves_give()
    {
        NaiveTree tree = NaiveTree.OfSize(600, seed: 11);
        var start = new CompactRange();
        for (int size = 0; size < 600; size++)
        {
            for (int run = 0; run <= 600 - size; run += size % 16 == 0 ? 1 : 37)
            {
                CompactRange range = start.Clone();
                range.Append(tree.Leaves.AsSpan(size, run));
                CheckNodes(tree, range, size + run);
            }

            start.Append(tree.Leaves[size]);
        }
    }

    [Fact]
    public void Subtrees_of_any_level_stand_for_their_leaves()
    {
        NaiveTree tree = NaiveTree.OfSize(600, seed: 12);
        for (int level = 0; level < 9; level++)
        {
            int width = 1 << level;
            var range = new CompactRange();
            int[] starts = [.. Enumerable.Range(0, 600 / width).Select(i => i * width)];
            Hash256[] roots = [.. starts.Select(begin => tree.Root(begin, begin + width))];
            int first = Math.Min(3, roots.Length);
            range.AppendSubtrees(level, roots.AsSpan(0, first));
            range.AppendSubtrees(level, roots.AsSpan(first));
            CheckNodes(tree, range, roots.Length * width);
        }
    }

    [Fact]
    public void Bundles_and_segments_are_appended_as_one_hash_each()
    {
        Hash256[] bundles = HashPaths.Hashes(new Random(13), 1000);
        var byBundle = new CompactRange();
        byBundle.AppendSubtrees(8, bundles);

        var bySegment = new CompactRange();
        var scratch = new Hash256[256];
        for (int segment = 0; segment < 3; segment++)
        {
            bySegment.AppendSubtree(16, Sha256Batch.PerfectRoot(bundles.AsSpan(256 * segment, 256), scratch));
        }

        foreach (Hash256 bundle in bundles[768..])
        {
            bySegment.AppendSubtree(8, bundle);
        }

        Assert.Equal(256_000UL, byBundle.Size);
        Assert.Equal(byBundle.Root(), bySegment.Root());
        Assert.Equal(HashPaths.Root(bundles), bySegment.Root());
    }

    [Fact]
    public void A_range_is_resumed_from_its_nodes_and_copies_are_independent()
    {
        NaiveTree tree = NaiveTree.OfSize(300, seed: 14);
        var range = new CompactRange();
        var nodes = new Hash256[64];
        var copied = new CompactRange();
        for (int size = 0; size < 300; size++)
        {
            int count = range.CopyNodes(nodes);
            Assert.Equal(range.NodeCount, count);
            var resumed = new CompactRange(range.Size, nodes.AsSpan(0, count));
            CompactRange clone = range.Clone();
            copied.CopyFrom(range);
            range.Append(tree.Leaves[size]);
            Assert.Equal(tree.Root(size), copied.Root());
            Assert.Equal(tree.Root(size), CompactRange.RootOf((ulong)size, nodes.AsSpan(0, count)));
            resumed.Append(tree.Leaves[size]);
            clone.Append(tree.Leaves[size]);
            Assert.Equal(tree.Root(size + 1), resumed.Root());
            Assert.Equal(tree.Root(size + 1), clone.Root());
        }
    }

    [Fact]
    public void The_largest_tree_is_reached_and_not_exceeded()
    {
        var full = new CompactRange(CompactRange.SizeMax, HashPaths.Hashes(new Random(15), 63));
        _ = full.Root();
        Assert.Throws<ArgumentException>(() => full.Append(default(Hash256)));

        var nearly = new CompactRange(CompactRange.SizeMax - 1, HashPaths.Hashes(new Random(16), 62));
        nearly.Append(default(Hash256));
        Assert.Equal(CompactRange.SizeMax, nearly.Size);
        Assert.Throws<ArgumentException>(() => nearly.AppendSubtree(0, default));

        var half = new CompactRange();
        half.AppendSubtree(62, default);
        Assert.Throws<ArgumentException>(() => half.AppendSubtree(62, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => half.AppendSubtree(63, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => half.AppendSubtree(-1, default));
    }

    [Fact]
    public void A_subtree_starts_only_where_its_size_divides()
    {
        var range = new CompactRange();
        range.Append(default(Hash256));
        Assert.Throws<ArgumentException>(() => range.AppendSubtree(1, default));
        Assert.Throws<ArgumentException>(() => new CompactRange(3, new Hash256[1]));
        Assert.Throws<ArgumentException>(() => CompactRange.RootOf(0, new Hash256[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CompactRange(1UL << 63, new Hash256[1]));
    }

    private static void CheckNodes(NaiveTree tree, CompactRange range, int size)
    {
        Span<Hash256> nodes = stackalloc Hash256[64];
        Span<NodeCoordinate> coordinates = stackalloc NodeCoordinate[64];
        Assert.Equal((ulong)size, range.Size);
        int count = range.CopyNodes(nodes);
        Assert.Equal(count, range.CopyCoordinates(coordinates));
        for (int i = 0; i < count; i++)
        {
            int begin = (int)coordinates[i].FirstLeaf;
            Assert.Equal(tree.Root(begin, begin + (1 << coordinates[i].Level)), nodes[i]);
        }

        Assert.Equal(tree.Root(size), range.Root());
    }
}
