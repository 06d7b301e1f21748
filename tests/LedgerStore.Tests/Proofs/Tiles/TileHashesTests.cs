// Tiles of every width, with every node inside them.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class TileHashesTests
{
    [Fact]
    public void Every_node_inside_a_tile_of_every_width_is_the_recursive_one()
    {
        NaiveTree tree = NaiveTree.OfSize(256, seed: 50);
        var edge = new Hash256[9];
        for (int width = 1; width <= 256; width++)
        {
            var tile = new TileHashes(tree.Leaves.AsSpan(0, width));
            Assert.Equal(width, tile.Width);
            Assert.True(tile.Hashes.SequenceEqual(tree.Leaves.AsSpan(0, width)));
            for (int height = 0; height <= 8; height++)
            {
                for (int position = 0; position < width >> height; position++)
                {
                    Assert.Equal(tree.Root(position << height, (position + 1) << height), tile.Node(height, position));
                }

                Assert.Throws<ArgumentOutOfRangeException>(() => tile.Node(height, width >> height));
            }

            int count = tile.CopyRightEdge(edge);
            Assert.Equal(tree.Root(width), CompactRange.RootOf((ulong)width, edge.AsSpan(0, count)));
        }
    }

    [Fact]
    public void Only_a_full_tile_has_a_root_and_no_tile_is_empty_or_wider()
    {
        NaiveTree tree = NaiveTree.OfSize(257, seed: 51);
        Assert.Equal(tree.Root(256), new TileHashes(tree.Leaves.AsSpan(0, 256)).Root);
        Assert.Throws<InvalidOperationException>(() => new TileHashes(tree.Leaves.AsSpan(0, 128)).Root);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileHashes([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileHashes(tree.Leaves));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileHashes(tree.Leaves.AsSpan(0, 2)).Node(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileHashes(tree.Leaves.AsSpan(0, 2)).Node(-1, 0));
    }

    [Fact]
    public void A_place_in_a_tile_covers_the_same_leaves_as_the_node()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < 10_000; i++)
        {
            int level = random.Next(63);
            var node = new NodeCoordinate(level, (ulong)random.NextInt64() >> level);
            TilePlace place = TilePlace.Of(node);
            Assert.InRange(place.Height, 0, 7);
            Assert.InRange(place.WidthNeeded, 1, 256);
            ulong slot = (place.TileIndex * 256) + ((ulong)place.Position << place.Height);
            Assert.True(node.FirstLeaf == slot << (8 * place.TileLevel), $"seed {seed}: {node}");
            Assert.Equal(level, (8 * place.TileLevel) + place.Height);
        }
    }
}
