// The cache of decoded bundles: bounded, least recently used first, leases that outlive eviction.

using LedgerStore.Engine;
using LedgerStore.Engine.Foundation;
using LedgerStore.Engine.Segments;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public class BundleCacheTests
{
    private const int BundleBytes = 256 * 19;

    [Fact]
    public void What_was_added_is_found_and_counted()
    {
        (BundleCache cache, BundlePool pool) = Create(1 << 20);
        Assert.False(cache.TryGet(7, 3, out _));
        cache.AddCopy(7, 3, SegmentStore.Bundle(3, 256));

        Assert.True(cache.TryGet(7, 3, out BundleLease lease));
        Assert.Equal((3L * 256, 256), (lease.FirstIndex, lease.Entries));
        Assert.True(SegmentStore.Bundle(3, 256).AsSpan().SequenceEqual(lease.Bytes));
        Assert.True(SegmentStore.Entry((3 * 256) + 9).AsSpan().SequenceEqual(lease.Entry(9)));
        Assert.True(SegmentStore.Bundle(3, 256).AsSpan(19 * 4, 19 * 2).SequenceEqual(lease.Range(4, 2)));
        lease.Dispose();
        Assert.False(cache.TryGet(8, 3, out _));
        Assert.False(cache.TryGet(7, 4, out _));
        Assert.Equal((1L, 3L), (cache.Hits, cache.Misses));
        Assert.InRange(cache.Bytes, BundleBytes, 2 * BundleBytes);
        Assert.Equal(0, pool.FreeBytes);
    }

    [Fact]
    public void Memory_is_bounded_and_what_was_used_last_stays()
    {
        (BundleCache cache, _) = Create(64 * 7_000);
        for (int bundle = 0; bundle < 1_000; bundle++)
        {
            cache.AddCopy(7, bundle, SegmentStore.Bundle(bundle, 256));
            Assert.InRange(cache.Bytes, 0, 64 * 7_000);
            Assert.True(cache.TryGet(7, bundle, out BundleLease newest));
            newest.Dispose();
        }

        int found = Enumerable.Range(0, 1_000).Count(bundle => Has(cache, bundle));
        Assert.InRange(found, 60, 73);
        Assert.InRange(Enumerable.Range(900, 100).Count(bundle => Has(cache, bundle)), found * 3 / 4, found);
    }

    [Fact]
    public void What_is_used_outlives_what_is_not()
    {
        (BundleCache cache, _) = Create(64 * 7_000);
        for (int bundle = 0; bundle < 2_000; bundle++)
        {
            cache.AddCopy(7, bundle, SegmentStore.Bundle(bundle, 256));
            Assert.True(Has(cache, 0));
        }
    }

    [Fact]
    public void Bundles_that_are_too_large_and_caches_that_are_too_small_keep_nothing()
    {
        (BundleCache none, _) = Create(0);
        none.AddCopy(7, 1, SegmentStore.Bundle(1, 256));
        (BundleCache small, BundlePool pool) = Create(3 * BundleBytes);
        small.AddCopy(7, 1, SegmentStore.Bundle(1, 256));

        Assert.Equal((0L, 0L), (none.Bytes, small.Bytes));
        Assert.InRange(pool.FreeBytes, BundleBytes, 2 * BundleBytes);
    }

    [Fact]
    public void Memory_of_a_size_that_nobody_asks_for_any_more_makes_room_for_the_one_that_is_asked_for()
    {
        BundlePool pool = new(8 * 40_000);
        DecodedBundle[] chunks = [.. Enumerable.Range(0, 12).Select(i => pool.Rent(7, i * 256, 9, 36_000))];
        foreach (DecodedBundle chunk in chunks)
        {
            chunk.Release();
        }

        DecodedBundle large = pool.Rent(7, 0, 256, 200_000);
        large.Release();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            pool.Rent(7, 0, 256, 200_000).Release();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 100_000);
        Assert.InRange(pool.FreeBytes, 200_000, 8 * 40_000);
    }

    [Fact]
    public void A_lease_outlives_eviction_and_invalidation()
    {
        (BundleCache cache, BundlePool pool) = Create(1 << 20);
        cache.AddCopy(7, 3, SegmentStore.Bundle(3, 256));
        Assert.True(cache.TryGet(7, 3, out BundleLease lease));
        cache.Invalidate(7, 0, 10);
        cache.AddCopy(7, 4, SegmentStore.Bundle(4, 256));

        Assert.True(SegmentStore.Bundle(3, 256).AsSpan().SequenceEqual(lease.Bytes));
        Assert.Equal(0, pool.FreeBytes);
        lease.Dispose();
        Assert.NotEqual(0, pool.FreeBytes);
        Assert.Throws<InvariantException>(lease.Dispose);
    }

    [Fact]
    public void Invalidation_forgets_exactly_its_range()
    {
        (BundleCache cache, _) = Create(1 << 20);
        for (int bundle = 0; bundle < 20; bundle++)
        {
            cache.AddCopy(7, bundle, SegmentStore.Bundle(bundle, 256));
            cache.AddCopy(8, bundle, SegmentStore.Bundle(bundle, 256));
        }

        cache.Invalidate(7, 5, 10);
        for (int bundle = 0; bundle < 20; bundle++)
        {
            Assert.Equal(bundle is < 5 or >= 15, Has(cache, bundle));
            Assert.True(cache.TryGet(8, bundle, out BundleLease other));
            other.Dispose();
        }

        cache.Invalidate(7, 0, long.MaxValue);
        cache.Invalidate(8, 0, long.MaxValue);
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public void What_was_looked_up_before_an_invalidation_is_not_added_after_it()
    {
        (BundleCache cache, BundlePool pool) = Create(1 << 20);
        long stamp = cache.Stamp;
        DecodedBundle bundle = pool.Rent(7, 3 * 256, 256, BundleBytes);
        cache.Invalidate(7, 0, 10);
        cache.Add(bundle, stamp);
        Assert.Equal(0, cache.Bytes);
        cache.Add(bundle, cache.Stamp);
        Assert.NotEqual(0, cache.Bytes);
        bundle.Release();
    }

    [Fact]
    public void A_hit_allocates_nothing()
    {
        (BundleCache cache, _) = Create(1 << 20);
        cache.AddCopy(7, 3, SegmentStore.Bundle(3, 256));
        Assert.True(Has(cache, 3));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            Assert.True(Has(cache, 3));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Pooled_memory_has_little_waste_and_is_bounded()
    {
        for (int bytes = 1; bytes <= StoreLimits.BundleBytesMax; bytes += 1 + (bytes / 50))
        {
            int size = BundlePool.ClassOf(bytes, out int capacity);
            Assert.InRange(size, 0, 55);
            Assert.InRange(capacity, Math.Max(bytes, 4096), Math.Max(4096, bytes * 5 / 4));
            Assert.Equal(size, BundlePool.ClassOf(capacity, out int same));
            Assert.Equal(capacity, same);
        }

        BundlePool pool = new(100_000);
        List<DecodedBundle> rented = [.. Enumerable.Range(0, 50).Select(i => pool.Rent(7, i, 1, 4_000))];
        rented.ForEach(bundle => bundle.Release());
        Assert.InRange(pool.FreeBytes, 90_000, 100_000);
        Assert.Contains(pool.Rent(7, 0, 1, 4_000), rented);
    }

    /// <summary>Readers hold leases while everything is evicted, invalidated and reused around them.</summary>
    [Fact]
    public void Many_threads_with_tiny_limits_see_right_bytes_only()
    {
        (BundleCache cache, BundlePool pool) = Create(40 * 7_000);
        byte[][] bundles = [.. Enumerable.Range(0, 80).Select(bundle => SegmentStore.Bundle(bundle, 256))];
        long hits = 0;
        Parallel.For(0, 4, thread =>
        {
            Random random = new(thread);
            Queue<(int Bundle, BundleLease Lease)> held = new();
            for (int round = 0; round < 20_000; round++)
            {
                int bundle = random.Next(80);
                if (cache.TryGet(7, bundle, out BundleLease lease))
                {
                    held.Enqueue((bundle, lease));
                    Interlocked.Increment(ref hits);
                }
                else if (random.Next(500) == 0)
                {
                    cache.Invalidate(7, random.Next(80), 3);
                }
                else
                {
                    cache.AddCopy(7, bundle, bundles[bundle]);
                }

                while (held.Count > 5 || (round == 19_999 && held.Count > 0))
                {
                    (int old, BundleLease oldLease) = held.Dequeue();
                    Assert.True(bundles[old].AsSpan().SequenceEqual(oldLease.Bytes), $"bundle {old}");
                    oldLease.Dispose();
                }
            }
        });

        Assert.InRange(cache.Bytes, 0, 40 * 7_000);
        Assert.NotEqual(0, hits);
        cache.Invalidate(7, 0, 100);
        Assert.Equal(0, cache.Bytes);
        Assert.InRange(pool.FreeBytes, 1, 1 << 20);
    }

    private static (BundleCache Cache, BundlePool Pool) Create(long bytesMax)
    {
        BundlePool pool = new(1 << 20);
        return (new BundleCache(pool, bytesMax), pool);
    }

    private static bool Has(BundleCache cache, int bundle)
    {
        bool found = cache.TryGet(7, bundle, out BundleLease lease);
        lease.Dispose();
        return found;
    }
}
