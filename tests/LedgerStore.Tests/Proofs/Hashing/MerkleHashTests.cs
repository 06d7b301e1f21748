// The single hashes, and the values that RFC 6962's own test tree has.
using System.Text;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class MerkleHashTests
{
    [Fact]
    public void The_empty_root_is_the_hash_of_nothing() =>
        Assert.Equal(HashPaths.Root([]), MerkleHash.EmptyRoot);

    [Fact]
    public void The_rfc_6962_leaf_and_node_of_known_input()
    {
        Assert.Equal(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", MerkleHash.Leaf([]).ToHex());
        Assert.Equal(
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56",
            MerkleHash.Leaf(Encoding.ASCII.GetBytes("L123456")).ToHex());
    }

    [Fact]
    public void Leaves_of_every_length_are_the_frameworks()
    {
        var random = new Random(8);
        foreach (int length in Enumerable.Range(0, 700).Append(1023).Append(1024).Append(1025).Append(65_535))
        {
            byte[] entry = HashPaths.Bytes(random, length);
            Assert.Equal(HashPaths.Leaf(entry), MerkleHash.Leaf(entry));
            Assert.Equal(HashPaths.Leaf(entry), MerkleHash.Framework(MerkleHash.LeafPrefix, entry));
            Assert.Equal(HashPaths.Leaf(entry), Sha256Message.Hash<ArmModel>(MerkleHash.LeafPrefix, entry));
        }
    }

    [Fact]
    public void Nodes_are_the_frameworks()
    {
        var random = new Random(9);
        for (int i = 0; i < 1000; i++)
        {
            Hash256[] pair = HashPaths.Hashes(random, 2);
            Assert.Equal(HashPaths.Node(pair[0], pair[1]), MerkleHash.Node(pair[0], pair[1]));
        }
    }
}
