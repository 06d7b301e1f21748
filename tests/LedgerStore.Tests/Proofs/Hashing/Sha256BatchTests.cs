// Every path of the batch hasher against SHA256.HashData: all entry lengths, all batch sizes, all ways to lie.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class Sha256BatchTests
{
    public static TheoryData<string> Paths => HashPaths.Present;

    [Theory]
    [MemberData(nameof(Paths))]
    public void Entries_of_every_length_to_600_hash_as_the_framework_does(string path)
    {
        var random = new Random(1);
        byte[][] entries = [.. Enumerable.Range(0, 601).Select(length => HashPaths.Bytes(random, length))];
        CheckBundle(path, entries);
        CheckBundle(path, [.. entries.Reverse()]);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Entries_around_every_block_boundary_hash_as_the_framework_does(string path)
    {
        var random = new Random(2);
        var entries = new List<byte[]>();
        for (int blocks = 1; blocks <= 1024; blocks *= 2)
        {
            for (int length = (64 * blocks) - 12; length <= (64 * blocks) + 3; length++)
            {
                entries.Add(HashPaths.Bytes(random, Math.Min(length, ushort.MaxValue)));
            }
        }

        CheckBundle(path, [.. entries]);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_bundle_of_one_length_hashes_as_the_framework_does(string path)
    {
        var random = new Random(3);
        for (int length = 0; length <= 600; length += length < 140 ? 1 : 37)
        {
            CheckBundle(path, [.. Enumerable.Range(0, 35).Select(_ => HashPaths.Bytes(random, length))]);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_bundle_of_every_count_of_entries_hashes_as_the_framework_does(string path)
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int count = 0; count <= 70; count++)
        {
            byte[][] entries = [.. Enumerable.Range(0, count).Select(_ => HashPaths.Bytes(random, random.Next(400)))];
            CheckBundle(path, entries, $"seed {seed}, {count} entries");
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void More_than_256_entries_and_very_unequal_ones_hash_as_the_framework_does(string path)
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        byte[][] entries = [.. Enumerable.Range(0, 1000).Select(
            i => HashPaths.Bytes(random, i % 97 == 0 ? random.Next(65_536) : random.Next(130)))];
        CheckBundle(path, entries, $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Lengths_that_lie_are_refused_and_what_follows_the_last_entry_is_left_alone(string path)
    {
        var random = new Random(5);
        byte[] bundle = HashPaths.Bundle(Enumerable.Range(0, 40).Select(i => HashPaths.Bytes(random, 3 * i)));
        var leaves = new Hash256[40];
        for (int cut = 0; cut < bundle.Length; cut++)
        {
            byte[] shorter = bundle[..cut];
            MalformedDataException error = Assert.Throws<MalformedDataException>(
                () => Sha256Batch.HashBundle(HashPaths.Parse(path), shorter, leaves));
            Assert.InRange(error.Offset, 0, cut);
        }

        byte[] longer = [.. bundle, 1, 2, 3];
        Assert.Equal(bundle.Length, Sha256Batch.HashBundle(HashPaths.Parse(path), longer, leaves));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Node_hashes_of_every_count_are_the_frameworks_and_parents_may_replace_children(string path)
    {
        var random = new Random(6);
        for (int count = 0; count <= 70; count++)
        {
            Hash256[] children = HashPaths.Hashes(random, 2 * count);
            Hash256[] expected =
                [.. Enumerable.Range(0, count).Select(i => HashPaths.Node(children[2 * i], children[(2 * i) + 1]))];
            var parents = new Hash256[count];
            Sha256Batch.HashNodes(HashPaths.Parse(path), children, parents);
            Assert.Equal(expected, parents);

            Hash256[] odd = [.. children.Where((_, i) => i % 2 == 1)];
            Hash256[] even = [.. children.Where((_, i) => i % 2 == 0)];
            Sha256Batch.HashPairs(HashPaths.Parse(path), even, odd, even);
            Assert.Equal(expected, even);

            Sha256Batch.HashNodes(HashPaths.Parse(path), children, children.AsSpan(0, count));
            Assert.Equal(expected, children[..count]);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Perfect_roots_are_the_recursive_ones(string path)
    {
        var random = new Random(7);
        for (int count = 1; count <= 1024; count *= 2)
        {
            Hash256[] leaves = HashPaths.Hashes(random, count);
            Hash256[] before = [.. leaves];
            Hash256 root = Sha256Batch.PerfectRoot(HashPaths.Parse(path), leaves, new Hash256[count]);
            Assert.Equal(HashPaths.Root(leaves), root);
            Assert.Equal(before, leaves);
            Assert.Equal(root, Sha256Batch.PerfectRoot(HashPaths.Parse(path), leaves, leaves));
        }
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        var three = new Hash256[3];
        Assert.Throws<ArgumentException>(() => Sha256Batch.PerfectRoot(three, three));
        Assert.Throws<ArgumentException>(() => Sha256Batch.PerfectRoot([], three));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Batch.PerfectRoot(new Hash256[4], three));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Batch.HashNodes(three, new Hash256[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Batch.HashPairs(three, new Hash256[2], new Hash256[3]));
    }

    private static void CheckBundle(string path, byte[][] entries, string? because = null)
    {
        byte[] bundle = HashPaths.Bundle(entries);
        var leaves = new Hash256[entries.Length];
        int consumed = Sha256Batch.HashBundle(HashPaths.Parse(path), bundle, leaves);
        Assert.Equal(bundle.Length, consumed);
        for (int i = 0; i < entries.Length; i++)
        {
            Assert.True(
                HashPaths.Leaf(entries[i]) == leaves[i], $"{path}: entry {i} of {entries[i].Length} bytes; {because}");
        }
    }
}
