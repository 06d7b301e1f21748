// What runs for every entry or every proof leaves no garbage.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class AllocationTests
{
    public static TheoryData<string> Paths => HashPaths.Present;

    [Theory]
    [MemberData(nameof(Paths))]
    public void Hashing_in_batches_allocates_nothing(string name)
    {
        Sha256Path path = HashPaths.Parse(name);
        var random = new Random(80);
        byte[] bundle = HashPaths.Bundle(
            Enumerable.Range(0, 300).Select(_ => HashPaths.Bytes(random, random.Next(900))));
        var leaves = new Hash256[300];
        var scratch = new Hash256[256];
        AssertAllocatesNothing(() =>
        {
            Sha256Batch.HashBundle(path, bundle, leaves);
            Sha256Batch.HashNodes(path, leaves, scratch.AsSpan(0, 150));
            Sha256Batch.HashPairs(path, leaves.AsSpan(0, 150), leaves.AsSpan(150), scratch.AsSpan(0, 150));
            Sha256Batch.PerfectRoot(path, leaves.AsSpan(0, 256), scratch);
        });
    }

    [Fact]
    public void Growing_a_tree_allocates_nothing()
    {
        Hash256[] leaves = HashPaths.Hashes(new Random(81), 700);
        var range = new CompactRange();
        AssertAllocatesNothing(() =>
        {
            range.Append(leaves);
            range.Append(leaves[0]);
            _ = range.Root();
        });
    }

    [Fact]
    public void Verifying_and_building_proofs_allocates_nothing()
    {
        NaiveTree tree = NaiveTree.OfSize(300, seed: 82);
        Hash256[] inclusion = tree.Path(77, 300);
        Hash256[] consistency = tree.Proof(77, 300);
        Hash256 root = tree.Root(300);
        Hash256 oldRoot = tree.Root(77);
        ulong[] indexes = [77];
        var proof = new Hash256[TreeMath.ProofHashesMax];
        var stored = new StoredNodes(new MemoryLog(tree.Leaves), new TileNodes(8), tree: 0);
        AssertAllocatesNothing(() =>
        {
            InclusionProof.Verify(77, 300, tree.Leaves[77], inclusion, root);
            ConsistencyProof.Verify(77, 300, oldRoot, root, consistency);
            InclusionBatch.Verify(indexes, 300, tree.Leaves.AsSpan(77, 1), inclusion, root);
            _ = InclusionProof.Build(77, 300, stored, proof);
            _ = ConsistencyProof.Build(77, 300, stored, proof);
        });
    }

    private static void AssertAllocatesNothing(Action work) => Assert.Equal(0, Allocations.LeastOf(work));
}
