// Proofs as they should be: equal to the recursive definitions for every size to 600, every index and every pair of
// sizes; asked for in one call; right at the end of the number range.
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class ProofTests
{
    private const int SizeMax = 600;

    [Fact]
    public void Every_index_of_every_size_has_the_recursive_inclusion_proof_and_it_verifies()
    {
        NaiveTree tree = NaiveTree.OfSize(SizeMax, seed: 20);
        var source = new NaiveSource(tree);
        var indexes = new ulong[SizeMax];
        var proofs = new List<Hash256>();
        for (int size = 1; size <= SizeMax; size++)
        {
            proofs.Clear();
            for (int index = 0; index < size; index++)
            {
                indexes[index] = (ulong)index;
                Hash256[] proof = InclusionProof.Build((ulong)index, (ulong)size, source);
                Assert.True(tree.Path(index, size).AsSpan().SequenceEqual(proof), $"{index} in {size}");
                proofs.AddRange(proof);
                Assert.True(InclusionProof.IsValid(
                    (ulong)index, (ulong)size, tree.Leaves[index], proof, tree.Root(size)));
            }

            int invalid = InclusionBatch.FindInvalid(
                indexes.AsSpan(0, size), (ulong)size, tree.Leaves.AsSpan(0, size), proofs.ToArray(), tree.Root(size));
            Assert.Equal(-1, invalid);
        }

        Assert.Equal(SizeMax * (SizeMax + 1) / 2, source.Calls);
    }

    [Fact]
    public void A_node_has_the_path_of_a_leaf_in_the_tree_of_nodes_of_its_level_also_at_the_right_edge()
    {
        NaiveTree tree = NaiveTree.OfSize(SizeMax, seed: 21);
        NaiveSource source = new(tree);
        Hash256[] proof = new Hash256[TreeMath.ProofHashesMax];
        for (int size = 1; size <= SizeMax; size += size < 70 ? 1 : 13)
        {
            for (int level = 0; 1 << level <= 2 * size; level++)
            {
                int nodes = (size + (1 << level) - 1) >> level;
                for (int index = 0; index < nodes; index++)
                {
                    int begin = index << level;
                    Hash256 node = tree.Root(begin, Math.Min(size, begin + (1 << level)));
                    int count = InclusionProof.Build(
                        new NodeCoordinate(level, (ulong)index), (ulong)size, source, proof);
                    Assert.True(InclusionProof.IsValid(
                        (ulong)index, (ulong)nodes, node, proof.AsSpan(0, count), tree.Root(size)),
                        $"{index} of level {level} in {size}");
                }
            }
        }
    }

    [Fact]
    public void Every_pair_of_sizes_has_the_recursive_consistency_proof_and_it_verifies()
    {
        NaiveTree tree = NaiveTree.OfSize(SizeMax, seed: 21);
        var source = new NaiveSource(tree);
        for (int to = 1; to <= SizeMax; to++)
        {
            for (int from = 1; from <= to; from++)
            {
                Hash256[] proof = ConsistencyProof.Build((ulong)from, (ulong)to, source);
                Assert.True(tree.Proof(from, to).AsSpan().SequenceEqual(proof), $"{from} to {to}");
                Assert.True(ConsistencyProof.IsValid(
                    (ulong)from, (ulong)to, tree.Root(from), tree.Root(to), proof), $"{from} to {to}");
            }
        }
    }

    [Property(MaxTest = 200)]
    public Property Proofs_in_trees_of_any_size_to_the_end_of_the_number_range()
    {
        Gen<ulong> sizes = Gen.Choose(0, 63).SelectMany(
            shift => ArbMap.Default.GeneratorFor<ulong>().Select(bits => Math.Max(1, (bits | (1UL << 63)) >> shift)));
        Gen<(ulong A, ulong B)> pairs = sizes.SelectMany(size => sizes.Select(other => (size, other % size)));
        return Prop.ForAll(pairs.ToArbitrary(), pair => CheckLargeTree(index: pair.B, size: pair.A));
    }

    [Fact]
    public void Proofs_in_the_largest_trees_there_are()
    {
        foreach (ulong size in new ulong[] { long.MaxValue, (1UL << 63) + 1, ulong.MaxValue })
        {
            foreach (ulong index in new ulong[] { 0, 1, 2, size / 2, size - 2, size - 1 })
            {
                CheckLargeTree(index, size);
            }
        }
    }

    [Fact]
    public void What_cannot_have_a_proof_is_refused_when_building()
    {
        var source = new NaiveSource(NaiveTree.OfSize(8, seed: 22));
        Assert.Throws<ArgumentOutOfRangeException>(() => InclusionProof.Build(8, 8, source));
        Assert.Throws<ArgumentOutOfRangeException>(() => InclusionProof.Build(0, 0, source));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyProof.Build(0, 8, source));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyProof.Build(9, 8, source));
        Assert.Empty(ConsistencyProof.Build(8, 8, source));
        Assert.Throws<IndexOutOfRangeException>(
            () => ProofPlan.Inclusion(3, 8, new NodeCoordinate[2]).Nodes.Length);
    }

    internal static bool LongRun => Environment.GetEnvironmentVariable("LEDGERSTORE_LONG") == "1";

    private static void CheckLargeTree(ulong index, ulong size)
    {
        var source = new SparseSource(index, HashPaths.Leaf([1]));
        Hash256 root = source.Root(size);
        Hash256[] inclusion = InclusionProof.Build(index, size, source);
        Assert.Equal(TreeMath.InclusionProofLength(index, size), inclusion.Length);
        Assert.True(InclusionProof.IsValid(index, size, source.Leaf(index), inclusion, root));
        Assert.False(InclusionProof.IsValid(index, size, source.Leaf(index + 1), inclusion, root));

        ulong from = index + 1;
        Hash256[] consistency = ConsistencyProof.Build(from, size, source);
        Assert.Equal(TreeMath.ConsistencyProofLength(from, size), consistency.Length);
        Assert.True(ConsistencyProof.IsValid(from, size, source.Root(from), root, consistency));
        Assert.False(ConsistencyProof.IsValid(from, size, source.Root(from), HashPaths.Leaf([2]), consistency));
    }
}
