// The cache of hot tiles: bounded, right about what it has, and keeping what is used. And proofs through it.
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Proofs;

public sealed class TileNodesTests
{
    private static readonly Hash256[] s_leaves = HashPaths.Hashes(new Random(60), 70_000);

    [Fact]
    public void A_kept_tile_is_found_by_its_name_and_width_only()
    {
        var cache = new TileNodes(16);
        var narrow = new TileHashes(s_leaves.AsSpan(0, 10));
        cache.Offer(tree: 1, level: 2, index: 3, narrow);
        Assert.Same(narrow, cache.Find(1, 2, 3, 10));
        Assert.Null(cache.Find(1, 2, 3, 11));
        Assert.Null(cache.Find(2, 2, 3, 1));
        Assert.Null(cache.Find(1, 3, 3, 1));
        Assert.Null(cache.Find(1, 2, 4, 1));
        var wide = new TileHashes(s_leaves.AsSpan(0, 11));
        cache.Offer(1, 2, 3, wide);
        Assert.Same(wide, cache.Find(1, 2, 3, 10));
    }

    [Fact]
    public void It_never_keeps_more_than_its_capacity_and_what_is_used_stays()
    {
        var cache = new TileNodes(100);
        Assert.Equal(128, cache.Capacity);
        var tile = new TileHashes(s_leaves.AsSpan(0, 1));
        cache.Offer(0, 1, 0, tile);
        for (ulong index = 0; index < 10_000; index++)
        {
            cache.Offer(0, 0, index, tile);
            cache.Offer(0, 0, index, tile);
            Assert.NotNull(cache.Find(0, 1, 0, 1));
        }

        int kept = Enumerable.Range(0, 10_000).Count(index => cache.Find(0, 0, (ulong)index, 1) is not null);
        Assert.InRange(kept, 64, 127);
        Assert.NotNull(cache.Find(0, 0, 9_999, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileNodes(0));
    }

    [Fact]
    public void A_tile_that_is_asked_for_once_drives_out_none()
    {
        var cache = new TileNodes(64);
        var tile = new TileHashes(s_leaves.AsSpan(0, 1));
        for (ulong index = 0; index < 64; index++)
        {
            cache.Offer(0, 1, index, tile);
        }

        ulong[] all = [.. Enumerable.Range(0, 64).Select(i => (ulong)i)];
        ulong[] kept = [.. all.Where(i => cache.Find(0, 1, i, 1) is not null)];
        for (ulong index = 0; index < 10_000; index++)
        {
            cache.Offer(0, 0, index, tile);
        }

        Assert.InRange(kept.Length, 32, 64);
        Assert.All(kept, index => Assert.NotNull(cache.Find(0, 1, index, 1)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1024)]
    public void Proofs_from_stored_tiles_are_the_recursive_ones_however_small_the_cache(int tiles)
    {
        var log = new MemoryLog(s_leaves);
        var nodes = new StoredNodes(log, new TileNodes(tiles), tree: 7);
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < 300; i++)
        {
            int size = random.Next(1, s_leaves.Length + 1);
            int index = random.Next(size);
            Hash256[] proof = InclusionProof.Build((ulong)index, (ulong)size, nodes);
            Assert.True(log.Tree.Path(index, size).AsSpan().SequenceEqual(proof), $"seed {seed}: {index} in {size}");
            Hash256[] consistency = ConsistencyProof.Build((ulong)index + 1, (ulong)size, nodes);
            Assert.True(
                log.Tree.Proof(index + 1, size).AsSpan().SequenceEqual(consistency), $"seed {seed}: {index} {size}");
        }
    }

    [Fact]
    public void A_tile_that_grew_is_read_again_and_one_that_is_too_short_is_an_error()
    {
        var cache = new TileNodes(16);
        var younger = new MemoryLog(s_leaves[..300]);
        var older = new MemoryLog(s_leaves[..500]);
        Hash256[] before = InclusionProof.Build(0, 300, new StoredNodes(younger, cache, 0));
        Assert.Equal(younger.Tree.Path(0, 300), before);
        Assert.Equal(older.Tree.Path(299, 500), InclusionProof.Build(299, 500, new StoredNodes(older, cache, 0)));
        Assert.Throws<InvalidOperationException>(
            () => InclusionProof.Build(0, 301, new StoredNodes(younger, new TileNodes(16), 0)));
    }

    [Fact]
    public void Many_threads_share_one_cache()
    {
        var log = new MemoryLog(s_leaves[..3000]);
        Hash256 root = log.Root;
        var cache = new TileNodes(8);
        Parallel.For(0, 4, thread =>
        {
            var nodes = new StoredNodes(log, cache, 0);
            var random = new Random(thread);
            for (int i = 0; i < 500; i++)
            {
                int index = random.Next(3000);
                Hash256[] proof = InclusionProof.Build((ulong)index, 3000, nodes);
                Assert.True(InclusionProof.IsValid((ulong)index, 3000, s_leaves[index], proof, root));
            }
        });
    }
}
