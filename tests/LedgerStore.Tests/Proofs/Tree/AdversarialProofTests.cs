// A verifier as somebody who wants to cheat sees it: every bit of everything flipped, hashes dropped, doubled, swapped
// and added, proofs of other trees and other places. All of it is refused.
//
// One thing no verifier of these proofs can refuse: another size in which the leaf's path makes the same turns (leaf 0
// of 5 and of 7). The root is then the same computation. It is the signed checkpoint that ties a root to its size, so
// the tests demand refusal exactly where the turns differ.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class AdversarialProofTests
{
    private static readonly int s_trees = ProofTests.LongRun ? 500 : 40;

    [Fact]
    public void Changed_inclusion_proofs_are_refused() => ForRandomTrees((random, tree, size) =>
    {
        int index = random.Next(size);
        Hash256[] proof = tree.Path(index, size);
        Hash256 root = tree.Root(size);
        Hash256 leaf = tree.Leaves[index];
        Assert.True(InclusionProof.IsValid((ulong)index, (ulong)size, leaf, proof, root));
        Refuse(EveryBitOf(proof), changed => InclusionProof.IsValid((ulong)index, (ulong)size, leaf, changed, root));
        Refuse(Rearranged(proof, random, leaf, root),
            changed => InclusionProof.IsValid((ulong)index, (ulong)size, leaf, changed, root));
        Refuse(EveryBitOf([leaf]),
            changed => InclusionProof.IsValid((ulong)index, (ulong)size, changed[0], proof, root));
        Refuse(EveryBitOf([root]),
            changed => InclusionProof.IsValid((ulong)index, (ulong)size, leaf, proof, changed[0]));
        for (int bit = 0; bit < 64; bit++)
        {
            ulong other = (ulong)index ^ (1UL << bit);
            Assert.False(InclusionProof.IsValid(other, (ulong)size, leaf, proof, root), $"index {other}");
            ulong otherSize = (ulong)size ^ (1UL << bit);
            bool sameTurns = otherSize > (ulong)index
                && NaiveTree.Turns((ulong)index, 1, otherSize) == NaiveTree.Turns((ulong)index, 1, (ulong)size);
            Assert.Equal(sameTurns, InclusionProof.IsValid((ulong)index, otherSize, leaf, proof, root));
        }
    });

    [Fact]
    public void Inclusion_proofs_of_other_places_and_trees_are_refused() => ForRandomTrees((random, tree, size) =>
    {
        NaiveTree other = NaiveTree.OfSize(size, random.Next());
        int index = random.Next(size);
        for (int at = 0; at < size; at++)
        {
            bool right = at == index;
            Assert.Equal(right, InclusionProof.IsValid(
                (ulong)index, (ulong)size, tree.Leaves[index], tree.Path(at, size), tree.Root(size)));
            Assert.Equal(right, InclusionProof.IsValid(
                (ulong)at, (ulong)size, tree.Leaves[index], tree.Path(index, size), tree.Root(size)));
            Assert.False(InclusionProof.IsValid(
                (ulong)at, (ulong)size, other.Leaves[at], other.Path(at, size), tree.Root(size)));
        }

        // A node must not pass for a leaf: its hash with the rest of the path leads to the root, but is too short.
        Hash256[] path = tree.Path(0, size);
        Hash256 parent = HashPaths.Node(tree.Leaves[0], path[0]);
        Assert.False(InclusionProof.IsValid(0, (ulong)size, parent, path.AsSpan(1), tree.Root(size)));
    });

    [Fact]
    public void Changed_consistency_proofs_are_refused() => ForRandomTrees((random, tree, to) =>
    {
        int from = random.Next(1, to);
        Hash256[] proof = tree.Proof(from, to);
        Hash256 fromRoot = tree.Root(from);
        Hash256 toRoot = tree.Root(to);
        bool Valid(ReadOnlySpan<Hash256> changed) =>
            ConsistencyProof.IsValid((ulong)from, (ulong)to, fromRoot, toRoot, changed);
        Assert.True(Valid(proof));
        Refuse(EveryBitOf(proof), changed => Valid(changed));
        Refuse(Rearranged(proof, random, fromRoot, toRoot), changed => Valid(changed));
        Refuse(EveryBitOf([fromRoot]),
            changed => ConsistencyProof.IsValid((ulong)from, (ulong)to, changed[0], toRoot, proof));
        Refuse(EveryBitOf([toRoot]),
            changed => ConsistencyProof.IsValid((ulong)from, (ulong)to, fromRoot, changed[0], proof));
        Assert.False(ConsistencyProof.IsValid((ulong)from, (ulong)to, toRoot, fromRoot, proof));
        ulong width = (ulong)(from & -from);
        for (int bit = 0; bit < 64; bit++)
        {
            ulong other = (ulong)from ^ (1UL << bit);
            Assert.False(ConsistencyProof.IsValid(other, (ulong)to, fromRoot, toRoot, proof), $"from {other}");
            ulong otherTo = (ulong)to ^ (1UL << bit);
            bool sameTurns = otherTo > (ulong)from
                && NaiveTree.Turns((ulong)from - width, width, otherTo)
                    == NaiveTree.Turns((ulong)from - width, width, (ulong)to);
            Assert.Equal(sameTurns, ConsistencyProof.IsValid((ulong)from, otherTo, fromRoot, toRoot, proof));
        }
    });

    [Fact]
    public void A_rewritten_leaf_below_the_old_size_makes_every_consistency_proof_fail() =>
        ForRandomTrees((random, tree, to) =>
        {
            int from = random.Next(1, to);
            var leaves = (Hash256[])tree.Leaves.Clone();
            int victim = random.Next(from);
            leaves[victim] = HashPaths.Hashes(random, 1)[0];
            var rewritten = new NaiveTree(leaves);
            Assert.False(ConsistencyProof.IsValid(
                (ulong)from, (ulong)to, tree.Root(from), rewritten.Root(to), rewritten.Proof(from, to)));
            Assert.False(ConsistencyProof.IsValid(
                (ulong)from, (ulong)to, tree.Root(from), rewritten.Root(to), tree.Proof(from, to)));
        });

    [Fact]
    public void Equal_and_empty_trees_have_no_proof_to_hide_in()
    {
        Hash256[] roots = HashPaths.Hashes(new Random(30), 2);
        Assert.True(ConsistencyProof.IsValid(5, 5, roots[0], roots[0], []));
        Assert.False(ConsistencyProof.IsValid(5, 5, roots[0], roots[1], []));
        Assert.False(ConsistencyProof.IsValid(5, 5, roots[0], roots[0], roots.AsSpan(0, 1)));
        Assert.False(ConsistencyProof.IsValid(0, 0, MerkleHash.EmptyRoot, MerkleHash.EmptyRoot, []));
        Assert.False(ConsistencyProof.IsValid(0, 5, MerkleHash.EmptyRoot, roots[0], []));
        Assert.False(ConsistencyProof.IsValid(4, 5, roots[0], roots[1], []));
        Assert.False(InclusionProof.IsValid(0, 0, roots[0], [], roots[0]));
        Assert.True(InclusionProof.IsValid(0, 1, roots[0], [], roots[0]));
        Assert.Throws<VerificationFailedException>(() => InclusionProof.Verify(1, 1, roots[0], [], roots[0]));
        Assert.Throws<VerificationFailedException>(() => ConsistencyProof.Verify(0, 1, roots[0], roots[0], []));
        InclusionProof.Verify(0, 1, roots[0], [], roots[0]);
        ConsistencyProof.Verify(1, 1, roots[0], roots[0], []);
    }

    private static void ForRandomTrees(Action<Random, NaiveTree, int> check)
    {
        int first = Environment.TickCount;
        for (int i = 0; i < s_trees; i++)
        {
            int seed = first + i;
            var random = new Random(seed);
            int size = random.Next(2, 200);
            try
            {
                check(random, NaiveTree.OfSize(size, seed), size);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}, size {size}: {error.Message}", error);
            }
        }
    }

    private static void Refuse(IEnumerable<Hash256[]> changes, Func<Hash256[], bool> valid)
    {
        int number = 0;
        foreach (Hash256[] changed in changes)
        {
            Assert.False(valid(changed), $"change {number} was accepted");
            number++;
        }
    }

    private static IEnumerable<Hash256[]> EveryBitOf(Hash256[] hashes)
    {
        for (int i = 0; i < hashes.Length; i++)
        {
            for (int bit = 0; bit < 256; bit++)
            {
                byte[] bytes = hashes[i].ToArray();
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                yield return [.. hashes[..i], new Hash256(bytes), .. hashes[(i + 1)..]];
            }
        }
    }

    private static IEnumerable<Hash256[]> Rearranged(Hash256[] proof, Random random, Hash256 one, Hash256 two)
    {
        for (int i = 0; i <= proof.Length; i++)
        {
            foreach (Hash256 added in new[] { one, two, default, HashPaths.Hashes(random, 1)[0] })
            {
                yield return [.. proof[..i], added, .. proof[i..]];
            }

            if (i < proof.Length)
            {
                yield return [.. proof[..i], .. proof[(i + 1)..]];
                yield return [.. proof[..i], proof[i], .. proof[i..]];
                for (int j = i + 1; j < proof.Length; j++)
                {
                    var swapped = (Hash256[])proof.Clone();
                    (swapped[i], swapped[j]) = (proof[j], proof[i]);
                    yield return swapped;
                }
            }
        }

        yield return [];
    }
}
