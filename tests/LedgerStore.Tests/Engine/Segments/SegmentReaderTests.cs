// Reading a ledger's segments: right bytes, at every level of the tree, by index and by time.

using LedgerStore.Engine;
using LedgerStore.Engine.Files;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Proofs;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.Engine.Segments;

public sealed class SegmentReaderTests : IDisposable
{
    private readonly SegmentStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Bundles_of_sealed_and_open_segments_are_read()
    {
        _store.AddSealed(0);
        _store.AddSealed(1);
        _store.AddOpen(2, 256, 256, 9);

        Assert.Equal((2 * 65_536) + 521, _store.Reader.Entries);
        foreach (long bundle in new long[] { 0, 1, 255, 256, 300, 511, 512, 513, 514 })
        {
            Assert.True(_store.ReadsRight(bundle));
        }

        Assert.False(_store.Reader.TryReadBundle(515, out _));
        Assert.False(_store.Reader.TryReadBundle(768, out _));
        Assert.Empty(_store.Reports);
    }

    [Fact]
    public void Single_entries_are_read_from_anywhere()
    {
        _store.AddSealed(0);
        _store.AddOpen(1, 256, 9);
        Random random = new(3);
        long[] edges = [0, 255, 256, 65_535, 65_536, 65_791, 65_792, 65_800];
        foreach (long index in edges.Concat(Enumerable.Range(0, 500).Select(_ => random.NextInt64(65_801))))
        {
            Assert.True(_store.Reader.TryReadEntry(index, out BundleLease lease));
            Assert.True(SegmentStore.Entry(index).AsSpan().SequenceEqual(lease.Entry((int)(index - lease.FirstIndex))));
            lease.Dispose();
        }

        Assert.False(_store.Reader.TryReadEntry(65_801, out _));
        Assert.False(_store.Reader.TryReadEntry(66_048, out _));
        Assert.False(_store.Reader.TryReadEntry(131_072, out _));
    }

    [Fact]
    public void An_entry_of_a_bundle_of_large_ones_costs_its_chunk_only()
    {
        OpenSegment open = _store.AddOpen(0);
        byte[][] entries = Bundles.Noise(new Random(4), 256, 65_000);
        open.Append(Bundles.Block(new BlockIdentity(7, 0, 0), entries, 1, 2));
        long before = _store.FileSystem.Trace.Where(IsRead).Sum(call => call.Length);
        foreach (int slot in new[] { 0, 3, 4, 100, 255 })
        {
            Assert.True(_store.Reader.TryReadEntry(slot, out BundleLease lease));
            Assert.True(entries[slot].AsSpan().SequenceEqual(lease.Entry((int)(slot - lease.FirstIndex))));
            lease.Dispose();
        }

        long read = _store.FileSystem.Trace.Where(IsRead).Sum(call => call.Length) - before;
        Assert.InRange(read, 1, 5 * 400 * 1024);
        Assert.True(_store.Reader.TryReadBundle(0, out BundleLease bundle));
        Assert.True(Bundles.Encode(entries).AsSpan().SequenceEqual(bundle.Bytes));
        bundle.Dispose();

        static bool IsRead(SimulatedCall call) => call.Operation == StorageOperation.Read;
    }

    [Fact]
    public void Leaves_bundle_roots_and_segment_roots_are_those_of_the_entries()
    {
        SealedSegment segment = _store.AddSealed(0);
        _store.AddOpen(1, 256, 9);
        Hash256[] leaves = new Hash256[256];
        foreach ((long bundle, int entries) in new[] { (0L, 256), (77L, 256), (256L, 256), (257L, 9), (258L, 0) })
        {
            Assert.Equal(entries, _store.Reader.ReadLeaves(bundle, leaves));
            Assert.Equal(
                Bundles.Leaves(SegmentStore.Bundle(bundle, entries), entries),
                leaves[..entries]);
        }

        Hash256[] roots = new Hash256[256];
        Assert.True(_store.Reader.TryReadBundleRoots(0, roots));
        Assert.Equal(Bundles.Root(Bundles.Leaves(SegmentStore.Bundle(9, 256), 256)), roots[9]);
        Assert.Equal(segment.Facts.Root, Bundles.Root(roots));
        Assert.True(_store.Reader.TryGetRoot(0, out Hash256 root));
        Assert.Equal(segment.Facts.Root, root);
        Assert.False(_store.Reader.TryReadBundleRoots(1, roots));
        Assert.False(_store.Reader.TryGetRoot(1, out _));
        Assert.False(_store.Reader.TryReadBundleRoots(2, roots));
    }

    [Fact]
    public void Sealing_replaces_the_open_segment_under_its_readers()
    {
        using OpenSegment open = _store.AddOpen(0, 256, 3);
        Assert.True(_store.Reader.TryReadBundle(1, out BundleLease early));
        SealedFacts facts = SegmentStore.Complete(open);
        Assert.Same(open, _store.Reader.Replace(new SealedSegment(_store.Services.Maps, facts)));
        open.Dispose();

        Assert.True(SegmentStore.Bundle(1, 3).AsSpan().SequenceEqual(early.Bytes));
        early.Dispose();
        for (int bundle = 0; bundle < 256; bundle++)
        {
            Assert.True(_store.ReadsRight(bundle));
        }
    }

    [Fact]
    public void A_closed_ledger_says_so()
    {
        _store.AddSealed(0).Dispose();
        StoreException refused = Assert.Throws<StoreException>(() => _store.Reader.TryReadBundle(0, out _));
        Assert.Equal(StoreReason.Closed, refused.Reason);
        Assert.Empty(_store.Reports);
    }

    [Fact]
    public void Reading_one_entry_decodes_one_chunk_and_the_next_one_of_it_decodes_nothing()
    {
        using SegmentStore store = new(mappedMax: 8, cacheBytes: 16 << 20, poolBytes: 16 << 20);
        OpenSegment open = store.AddOpen(0);
        byte[][] entries = Bundles.Noise(new Random(5), 256, 4_000);
        open.Append(Bundles.Block(new BlockIdentity(7, 0, 0), entries, 1, 2));
        BundlePool pool = store.Services.Pool;
        Assert.InRange(Decoded(128), 200 * 1024, StoreLimits.ChunkBytesMax);
        Assert.Equal(0, Decoded(128));
        Assert.Equal(0, Decoded(129));

        // One after the other, each as a read of its own: no chunk is decoded twice.
        long all = Enumerable.Range(0, 256).Sum(Decoded);
        Assert.InRange(all, 700 * 1024, (256 * 4_002) - (200 * 1024));
        Assert.Equal(0, Enumerable.Range(0, 256).Sum(Decoded));

        // A whole bundle is another thing, and once it is here the chunks are not asked for any more.
        Assert.True(store.Reader.TryReadBundle(0, out BundleLease bundle));
        bundle.Dispose();
        Assert.True(store.Reader.TryReadEntry(3, out BundleLease lease));
        Assert.Equal(256, lease.Entries);
        lease.Dispose();

        // What expires goes with its chunks.
        store.Services.Cache.Invalidate(7, 0, 1);
        Assert.Equal(0, store.Services.Cache.Bytes);

        long Decoded(int slot)
        {
            long before = pool.DecodedBytes;
            Assert.True(store.Reader.TryReadEntry(slot, out BundleLease entry));
            Assert.True(entries[slot].AsSpan().SequenceEqual(entry.Entry((int)(slot - entry.FirstIndex))));
            entry.Dispose();
            return pool.DecodedBytes - before;
        }
    }

    [Fact]
    public void Chunks_of_a_bundle_that_still_grows_are_not_cached()
    {
        using SegmentStore store = new(mappedMax: 8, cacheBytes: 16 << 20, poolBytes: 16 << 20);
        OpenSegment open = store.AddOpen(0);
        byte[][] entries = Bundles.Noise(new Random(6), 256, 4_000);
        open.Append(Bundles.Block(new BlockIdentity(7, 0, 0), entries[..200], 1, 2));
        Assert.True(store.Reader.TryReadEntry(199, out BundleLease partial));
        partial.Dispose();
        Assert.Equal(0, store.Services.Cache.Bytes);
        Assert.False(store.Reader.TryReadEntry(200, out _));

        open.Append(Bundles.Block(new BlockIdentity(7, 0, 0), entries, 1, 2));
        Assert.True(store.Reader.TryReadEntry(200, out BundleLease full));
        Assert.True(entries[200].AsSpan().SequenceEqual(full.Entry((int)(200 - full.FirstIndex))));
        full.Dispose();
    }

    [Fact]
    public void Reading_allocates_nothing_in_the_long_run()
    {
        // On the real file system: the simulated one keeps a trace.
        using TempDirectory directory = new();
        (byte[] file, SealedFacts facts) = SegmentStore.Sealed(0);
        string path = Path.Combine(directory.Path, "segment");
        File.WriteAllBytes(path, file);
        BundlePool pool = new(1 << 20);
        using SegmentServices services = new(
            new FilePool(new LinuxFileSystem(), 1),
            new MappedSegments(new LinuxFileSystem(), 1),
            pool,
            new BundleCache(pool, 1 << 20),
            _ => { });
        SegmentReader reader = new(7, services);
        reader.Add(new SealedSegment(services.Maps, facts with { Path = path }));
        Read();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);

        void Read()
        {
            // Hits and misses: the cache holds some of the bundles.
            for (int i = 0; i < 2_000; i++)
            {
                reader.TryReadEntry(i * 7919 % 65_536, out BundleLease entry);
                entry.Dispose();
                reader.TryReadBundle(i % 3, out BundleLease bundle);
                bundle.Dispose();
            }
        }
    }

    [Fact]
    public void The_bundle_of_the_first_entry_at_or_after_a_time_is_found()
    {
        _store.AddSealed(0);
        _store.AddSealed(1);
        _store.AddOpen(2, 256, 100);
        long end = _store.Reader.Entries;
        Random random = new(6);
        long[] micros =
        [
            0, long.MinValue, SegmentStore.Micros(0), SegmentStore.Micros(end - 1), SegmentStore.Micros(end - 1) + 1,
            long.MaxValue, SegmentStore.Micros(65_536), SegmentStore.Micros(65_535), SegmentStore.Micros(131_072),
            .. Enumerable.Range(0, 300).Select(_ => random.NextInt64(1_000_000, SegmentStore.Micros(end) + 10)),
        ];
        foreach (long time in micros)
        {
            // Three entries share a microsecond: the first of them is at 3 * (time - 1,000,000).
            long expected = Math.Clamp(Math.Max(time, 1_000_000) - 1_000_000, 0, end) * 3;
            Assert.Equal(Math.Min(expected, end - 1) / 256 * 256, _store.Reader.FindBundleOfTime(time));
        }
    }

    [Fact]
    public void Time_is_searched_in_ledgers_that_have_hardly_begun()
    {
        Assert.Equal(0, _store.Reader.FindBundleOfTime(5));
        OpenSegment open = _store.AddOpen(0);
        Assert.Equal(0, _store.Reader.FindBundleOfTime(5));
        open.Append(SegmentStore.Block(0, 2));
        Assert.Equal(0, _store.Reader.FindBundleOfTime(5));
        Assert.Equal(0, _store.Reader.FindBundleOfTime(long.MaxValue));
    }

    [Fact]
    public void The_writer_fills_the_cache_with_what_it_wrote()
    {
        _store.AddSealed(0);
        _store.Services.Cache.AddCopy(7, 5, SegmentStore.Bundle(5, 256));
        long calls = _store.FileSystem.CallCount;
        Assert.True(_store.ReadsRight(5));
        Assert.Equal(calls, _store.FileSystem.CallCount);
    }
}
