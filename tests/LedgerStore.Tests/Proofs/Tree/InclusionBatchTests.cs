// The batch verifier says what the single one says: for right proofs, and about the first wrong one of any mixture.
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class InclusionBatchTests
{
    [Property(MaxTest = 60)]
    public Property The_first_proof_that_does_not_hold_is_found_wherever_it_is()
    {
        Gen<(int Size, int Count, int Seed)> cases = Gen.Choose(1, 500).SelectMany(size => Gen.Choose(0, 150)
            .SelectMany(count => Gen.Choose(0, int.MaxValue).Select(seed => (size, count, seed))));
        return Prop.ForAll(cases.ToArbitrary(), one => CheckOne(one.Size, one.Count, new Random(one.Seed)));
    }

    [Fact]
    public void Hashes_that_are_missing_or_left_over_are_noticed()
    {
        NaiveTree tree = NaiveTree.OfSize(9, seed: 40);
        ulong[] indexes = [3, 8];
        Hash256[] leaves = [tree.Leaves[3], tree.Leaves[8]];
        Hash256[] proofs = [.. tree.Path(3, 9), .. tree.Path(8, 9)];
        Hash256 root = tree.Root(9);
        Assert.Equal(-1, InclusionBatch.FindInvalid(indexes, 9, leaves, proofs, root));
        Assert.Equal(-1, InclusionBatch.FindInvalid([], 9, [], [], root));
        Assert.Equal(0, InclusionBatch.FindInvalid([], 9, [], proofs, root));
        Assert.Equal(1, InclusionBatch.FindInvalid(indexes, 9, leaves, proofs.AsSpan(0, 4), root));
        Assert.Equal(0, InclusionBatch.FindInvalid(indexes, 9, leaves, [], root));
        Assert.Equal(1, InclusionBatch.FindInvalid(indexes, 9, leaves, [.. proofs, default], root));
        Assert.Equal(1, InclusionBatch.FindInvalid([3, 9], 9, leaves, proofs, root));
        Assert.Equal(0, InclusionBatch.FindInvalid([ulong.MaxValue, 8], 9, leaves, proofs, root));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => InclusionBatch.FindInvalid(new ulong[2], 9, new Hash256[3], new Hash256[8], default));
        InclusionBatch.Verify(indexes, 9, leaves, proofs, root);
        VerificationFailedException error = Assert.Throws<VerificationFailedException>(
            () => InclusionBatch.Verify([3, 9], 9, leaves, proofs, root));
        Assert.Contains("proof 1 of 2", error.Message, StringComparison.Ordinal);
    }

    private static void CheckOne(int size, int count, Random random)
    {
        NaiveTree tree = NaiveTree.OfSize(size, random.Next());
        var indexes = new ulong[count];
        var leaves = new Hash256[count];
        var proofs = new List<Hash256>();
        int firstWrong = -1;
        for (int i = 0; i < count; i++)
        {
            int index = random.Next(size);
            Hash256[] proof = tree.Path(index, size);
            indexes[i] = (ulong)index;
            leaves[i] = tree.Leaves[index];
            if (random.Next(100) == 0)
            {
                int where = random.Next(proof.Length + 1);
                (where == proof.Length ? ref leaves[i] : ref proof[where]) = HashPaths.Hashes(random, 1)[0];
                firstWrong = firstWrong < 0 ? i : firstWrong;
            }

            proofs.AddRange(proof);
        }

        int found = InclusionBatch.FindInvalid(indexes, (ulong)size, leaves, proofs.ToArray(), tree.Root(size));
        Assert.Equal(firstWrong, found);
    }
}
