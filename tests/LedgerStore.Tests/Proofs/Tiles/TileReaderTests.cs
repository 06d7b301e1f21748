// A client over tiles: right answers in few fetches when the server is honest, none at all when it is not. An evil
// server alters each tile in turn, also consistently over several levels; every one is noticed.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class TileReaderTests
{
    private const int TilesMax = 1000;

    private static readonly MemoryLog s_large = new(HashPaths.Hashes(new Random(70), 70_000));

    [Fact]
    public void Every_node_of_every_tree_is_what_it_should_be()
    {
        Hash256[] leaves = s_large.Tree.Leaves;
        foreach (int size in new[] { 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 70_000 })
        {
            var log = new MemoryLog(leaves[..size]);
            var reader = new TileReader(log.Size, log.Root, log, TilesMax);
            NodeCoordinate[] nodes = [.. log.AllLeaves(), .. InnerNodes(size)];
            var hashes = new Hash256[nodes.Length];
            reader.ReadNodes(nodes, hashes);
            for (int i = 0; i < nodes.Length; i++)
            {
                int begin = (int)nodes[i].FirstLeaf;
                Assert.Equal(log.Tree.Root(begin, begin + (1 << nodes[i].Level)), hashes[i]);
            }

            Assert.Equal(1, log.Calls);
            Assert.Equal(log.AllTiles().ToHashSet(), [.. log.Served]);
        }
    }

    [Fact]
    public void A_proof_is_fetched_in_one_call_and_no_tile_twice()
    {
        var log = new MemoryLog(s_large.Tree.Leaves);
        var reader = new TileReader(log.Size, log.Root, log, TilesMax);
        Assert.Equal(log.Tree.Path(5, 70_000), InclusionProof.Build(5, 70_000, reader));
        Assert.Equal(1, log.Calls);
        Assert.Equal(5, log.Served.Count);
        Assert.Equal(log.Tree.Path(6, 70_000), InclusionProof.Build(6, 70_000, reader));
        Assert.Equal(1, log.Calls);
        Assert.Equal(log.Tree.Path(66_000, 70_000), InclusionProof.Build(66_000, 70_000, reader));
        Assert.Equal(log.Tree.Proof(300, 70_000), ConsistencyProof.Build(300, 70_000, reader));
        Assert.Equal(log.Served.Count, log.Served.Distinct().Count());
    }

    [Fact]
    public void A_small_memory_fetches_again_and_stays_right()
    {
        var reader = new TileReader(s_large.Size, s_large.Root, new MemoryLog(s_large.Tree.Leaves), 2);
        var random = new Random(71);
        for (int i = 0; i < 100; i++)
        {
            int index = random.Next(70_000);
            Assert.Equal(s_large.Tree.Path(index, 70_000), InclusionProof.Build((ulong)index, 70_000, reader));
        }
    }

    [Fact]
    public void Each_tile_altered_in_turn_is_noticed()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        NodeCoordinate[] leaves = [.. s_large.AllLeaves()];
        var hashes = new Hash256[leaves.Length];
        var log = new MemoryLog(s_large.Tree.Leaves);
        foreach (TilePath tile in log.AllTiles())
        {
            byte[] bytes = log.Bytes(tile);
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            log.Forged[tile] = bytes;
            var reader = new TileReader(log.Size, log.Root, log, TilesMax);
            VerificationFailedException error = Assert.Throws<VerificationFailedException>(
                () => reader.ReadNodes(leaves, hashes));
            Assert.True(tile.IsPartial || error.Message.Contains($"{tile} hashes", StringComparison.Ordinal)
                || tile.Level == 1, $"seed {seed}: {tile}: {error.Message}");
            log.Forged.Remove(tile);
        }
    }

    [Fact]
    public void Every_hash_of_every_tile_that_one_proof_touches_is_checked_used_or_not()
    {
        var log = new MemoryLog(s_large.Tree.Leaves);
        _ = InclusionProof.Build(12_345, log.Size, new TileReader(log.Size, log.Root, log, TilesMax));
        foreach (TilePath tile in log.Served.ToArray())
        {
            for (int slot = 0; slot < tile.Width; slot++)
            {
                byte[] bytes = log.Bytes(tile);
                bytes[(slot * Hash256.Length) + (slot % Hash256.Length)] ^= 0x10;
                log.Forged[tile] = bytes;
                Assert.Throws<VerificationFailedException>(
                    () => InclusionProof.Build(12_345, log.Size, new TileReader(log.Size, log.Root, log, TilesMax)));
            }

            log.Forged.Remove(tile);
        }
    }

    [Fact]
    public void A_forgery_that_is_consistent_up_to_the_right_edge_is_noticed_there()
    {
        var log = new MemoryLog(s_large.Tree.Leaves);
        var changed = (Hash256[])log.Tree.Leaves.Clone();
        changed[1000] = HashPaths.Hashes(new Random(72), 1)[0];
        var other = new MemoryLog(changed);
        foreach (TilePath tile in log.AllTiles())
        {
            log.Forged[tile] = other.Bytes(tile);
            var reader = new TileReader(log.Size, log.Root, log, TilesMax);
            bool theSame = log.Forged.All(forged => forged.Value.AsSpan().SequenceEqual(log.Bytes(forged.Key)));
            bool accepted = Accepts(() => InclusionProof.Build(999, log.Size, reader));
            Assert.Equal(theSame, accepted);
        }

        Assert.True(Accepts(() => InclusionProof.Build(
            999, log.Size, new TileReader(log.Size, other.Root, log, TilesMax))));
    }

    [Fact]
    public void Tiles_of_wrong_lengths_or_of_other_places_are_refused()
    {
        var log = new MemoryLog(s_large.Tree.Leaves);
        _ = InclusionProof.Build(300, log.Size, new TileReader(log.Size, log.Root, log, TilesMax));
        foreach (TilePath tile in log.Served.ToArray())
        {
            byte[] right = log.Bytes(tile);
            byte[][] wrongs = [[], right[..^1], right[..^32], [.. right, 0], [.. right, .. right]];
            foreach (byte[] wrong in wrongs)
            {
                log.Forged[tile] = wrong;
                Assert.Throws<MalformedDataException>(
                    () => InclusionProof.Build(300, log.Size, new TileReader(log.Size, log.Root, log, TilesMax)));
            }

            log.Forged.Remove(tile);
        }

        log.Forged[TilePath.Tile(0, 1, 256)] = log.Bytes(TilePath.Tile(0, 2, 256));
        Assert.Throws<VerificationFailedException>(
            () => InclusionProof.Build(300, log.Size, new TileReader(log.Size, log.Root, log, TilesMax)));
    }

    [Fact]
    public void After_a_lie_nothing_of_it_is_left_and_an_honest_answer_is_taken()
    {
        var log = new MemoryLog(s_large.Tree.Leaves);
        var reader = new TileReader(log.Size, log.Root, log, TilesMax);
        TilePath tile = TilePath.Tile(0, 1, 256);
        log.Forged[tile] = log.Bytes(TilePath.Tile(0, 2, 256));
        Assert.Throws<VerificationFailedException>(() => InclusionProof.Build(300, log.Size, reader));
        Assert.Throws<VerificationFailedException>(() => InclusionProof.Build(300, log.Size, reader));
        log.Forged.Clear();
        Assert.Equal(log.Tree.Path(300, 70_000), InclusionProof.Build(300, log.Size, reader));
    }

    [Fact]
    public void Another_size_or_root_than_the_tiles_have_is_refused()
    {
        Assert.Throws<VerificationFailedException>(
            () => InclusionProof.Build(0, 69_999, new TileReader(69_999, s_large.Root, s_large, TilesMax)));
        Assert.Throws<VerificationFailedException>(
            () => InclusionProof.Build(0, 70_000, new TileReader(70_000, MerkleHash.EmptyRoot, s_large, TilesMax)));
        Assert.Throws<VerificationFailedException>(() => new TileReader(0, s_large.Root, s_large, TilesMax));
        var empty = new TileReader(0, MerkleHash.EmptyRoot, s_large, TilesMax);
        empty.ReadNodes([], []);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => empty.ReadNodes(new NodeCoordinate[1], new Hash256[1]));
    }

    [Fact]
    public void Bundles_are_compared_entry_by_entry()
    {
        byte[][] entries = [.. Enumerable.Range(0, 600).Select(i => new[] { (byte)i, (byte)(i >> 8) })];
        var log = new MemoryLog([.. entries.Select(entry => HashPaths.Leaf(entry))]);
        var reader = new TileReader(log.Size, log.Root, log, TilesMax);
        byte[] full = HashPaths.Bundle(entries[256..512]);
        byte[] last = HashPaths.Bundle(entries[512..]);
        reader.VerifyBundle(1, full);
        reader.VerifyBundle(2, last);
        Assert.Throws<MalformedDataException>(() => reader.VerifyBundle(1, full.AsSpan()[..^1]));
        Assert.Throws<MalformedDataException>(() => reader.VerifyBundle(2, [.. last, 0, 0]));
        Assert.Throws<VerificationFailedException>(() => reader.VerifyBundle(0, full));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.VerifyBundle(3, last));
        full[(4 * 7) + 2] ^= 1;
        VerificationFailedException error = Assert.Throws<VerificationFailedException>(
            () => reader.VerifyBundle(1, full));
        Assert.Contains("entry 263 ", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<NodeCoordinate> InnerNodes(int size)
    {
        for (int level = 1; size >> level > 0; level++)
        {
            for (int index = 0; index < size >> level; index += level < 6 ? 13 : 1)
            {
                yield return new NodeCoordinate(level, (ulong)index);
            }
        }
    }

    private static bool Accepts(Func<Hash256[]> read)
    {
        try
        {
            _ = read();
            return true;
        }
        catch (VerificationFailedException)
        {
            return false;
        }
    }
}
