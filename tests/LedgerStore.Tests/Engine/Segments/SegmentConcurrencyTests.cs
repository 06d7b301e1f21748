// Readers, sealing, replacing and unmapping at once, with limits so small that everything is evicted all the time.

using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public class SegmentConcurrencyTests
{
    [Fact]
    public void Mapped_segments_are_bounded()
    {
        using SegmentStore store = new(mappedMax: 2, cacheBytes: 0, poolBytes: 1 << 20);
        for (int segment = 0; segment < 4; segment++)
        {
            store.AddSealed(segment);
        }

        for (int round = 0; round < 12; round++)
        {
            Assert.True(store.ReadsRight((round * 5 % 4 * 256) + round));
            Assert.InRange(store.Services.Maps.MappedCount, 1, 2);
        }
    }

    [Fact]
    public void The_least_recently_used_segment_is_unmapped()
    {
        using SegmentStore store = new(mappedMax: 3, cacheBytes: 0, poolBytes: 1 << 20);
        SealedSegment[] segments = [.. Enumerable.Range(0, 4).Select(i => store.AddSealed(i))];
        Assert.True(store.ReadsRight(0));
        Assert.True(store.ReadsRight(256));
        Assert.True(store.ReadsRight(512));
        Assert.True(store.ReadsRight(0));
        Assert.True(store.ReadsRight(768));

        Assert.Equal([true, false, true, true], segments.Select(segment => segment.Mapped is not null));
    }

    [Fact]
    public void A_disposed_store_maps_nothing_more()
    {
        SegmentStore store = new();
        store.AddSealed(0);
        Assert.True(store.ReadsRight(0));
        store.Dispose();
        Assert.Equal(0, store.Services.Maps.MappedCount);
        Assert.Throws<ObjectDisposedException>(() => store.Reader.TryReadBundle(1, out _));
    }

    /// <summary>A reader that is inside keeps the memory; the simulated map overwrites what is unmapped.</summary>
    [Fact]
    public void Unmapping_waits_for_readers()
    {
        using SegmentStore store = new(mappedMax: 1, cacheBytes: 0, poolBytes: 1 << 20);
        SealedSegment first = store.AddSealed(0);
        store.AddSealed(1);
        Assert.True(first.TryEnter(out SegmentAccess access));
        ReadOnlySpan<byte> header = access.Bytes(0, 64);
        byte[] before = header.ToArray();
        Assert.True(store.ReadsRight(256));
        Assert.Null(first.Mapped);
        first.Dispose();

        Assert.True(header.SequenceEqual(before));
        access.Dispose();
        Assert.Equal(0xDD, header[0]);
        Assert.False(first.TryEnter(out _));
    }

    [Fact]
    public void Readers_see_right_bytes_while_segments_are_sealed_replaced_and_unmapped()
    {
        using SegmentStore store = new(mappedMax: 1, cacheBytes: 30 * 7_000, poolBytes: 50_000);
        store.AddSealed(0);
        using OpenSegment open = store.AddOpen(1, 256);
        int readers = 3;
        long reads = 0;
        Parallel.For(0, readers + 1, new ParallelOptions { MaxDegreeOfParallelism = readers + 1 }, thread =>
        {
            if (thread == 0)
            {
                Write(store, open);
                Interlocked.Decrement(ref readers);
                return;
            }

            Random random = new(thread);
            Hash256[] leaves = new Hash256[256];
            for (int round = 0; round < 400 || Volatile.Read(ref readers) == 3; round++)
            {
                Read(store, random, leaves);
                Interlocked.Increment(ref reads);
            }
        });

        Assert.InRange(store.Services.Maps.MappedCount, 0, 1);
        Assert.Empty(store.Reports);
        Assert.InRange(reads, 1_200, long.MaxValue);
    }

    /// <summary>Appends and seals segment 1, and replaces segment 0 by itself again and again.</summary>
    private static void Write(SegmentStore store, OpenSegment open)
    {
        for (int bundle = 1; bundle < 256; bundle++)
        {
            open.Append(SegmentStore.Block(256 + bundle, 256));
            if (bundle % 8 == 0)
            {
                SealedSegment again = new(store.Services.Maps, SegmentStore.Sealed(0).Facts);
                ((SealedSegment)store.Reader.Replace(again)).Dispose();
                store.Services.Cache.Invalidate(SegmentStore.LedgerId, 0, 256);
            }
        }

        SealedFacts facts = SegmentStore.Complete(open);
        store.Reader.Replace(new SealedSegment(store.Services.Maps, facts));
        open.Dispose();
    }

    private static void Read(SegmentStore store, Random random, Hash256[] leaves)
    {
        long bundles = store.Reader.Entries / 256;
        long bundle = random.NextInt64(bundles);
        long index = random.NextInt64(bundles * 256);
        switch (random.Next(4))
        {
            case 0:
                Assert.True(store.ReadsRight(bundle));
                break;
            case 1:
                Assert.True(store.Reader.TryReadEntry(index, out BundleLease entry));
                int slot = (int)(index - entry.FirstIndex);
                Assert.True(SegmentStore.Entry(index).AsSpan().SequenceEqual(entry.Entry(slot)));
                entry.Dispose();
                break;
            case 2:
                Assert.Equal(256, store.Reader.ReadLeaves(index / 256, leaves));
                Assert.Equal(MerkleHash.Leaf(SegmentStore.Entry(index)), leaves[index % 256]);
                break;
            default:
                long found = store.Reader.FindBundleOfTime(SegmentStore.Micros(index));
                Assert.Equal(index / 3 * 3 / 256 * 256, found);
                break;
        }
    }
}
