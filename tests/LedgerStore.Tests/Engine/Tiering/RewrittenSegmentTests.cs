// Segments without some or all of their payload: what is read of them, what is proven, what a verifier says.
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Segments;
using Xunit;

namespace LedgerStore.Tests.Engine.Tiering;

public sealed class RewrittenSegmentTests : IDisposable
{
    private readonly MemoryColdStore _cold = new();
    private readonly SegmentStore _store = new();
    private readonly SegmentReader _reader;

    public RewrittenSegmentTests()
    {
        SegmentServices services = _store.Services with { Cold = _cold };
        _reader = new SegmentReader(SegmentStore.LedgerId, services);
        SealedSegment source = _store.AddSealed(0);
        _reader.Add(source);
    }

    [Fact]
    public void A_dense_segment_has_the_same_entries_and_fewer_bytes()
    {
        long before = Current.Facts.FileLength;
        SealedFacts facts = Rewrite(SegmentForm.Dense, 2);
        Assert.Equal(SegmentTier.Warm, facts.Tier);
        Assert.True(facts.FileLength <= before);
        for (long bundle = 0; bundle < 256; bundle += 17)
        {
            Assert.Equal(SegmentStore.Bundle(bundle, 256), Read(bundle));
        }
    }

    [Fact]
    public void An_expired_range_is_refused_as_a_whole_and_keeps_its_hashes()
    {
        Expire(10 * 256, 5 * 256);
        Expire(15 * 256, 256);
        Hash256[] leaves = new Hash256[256];
        SealedFacts facts = Rewrite(SegmentForm.Same, 2);
        Assert.Equal(SegmentTier.Hot, facts.Tier);
        foreach (long bundle in (long[])[10, 14, 15])
        {
            StoreException refused = Assert.Throws<StoreException>(() => Read(bundle));
            Assert.Equal(StoreReason.Expired, refused.Reason);
            Assert.Equal((10 * 256, 6 * 256), (refused.FirstIndex, refused.Count));
            Assert.Equal(256, _reader.ReadLeaves(bundle, leaves));
            Assert.Equal(Bundles.Leaves(SegmentStore.Bundle(bundle, 256), 256), leaves);
        }

        Assert.Equal(SegmentStore.Bundle(9, 256), Read(9));
        Assert.Equal(SegmentStore.Bundle(16, 256), Read(16));
        Assert.True(_reader.TryReadEntry(0, out BundleLease entry));
        Assert.Equal(SegmentStore.Entry(0), entry.Entry((int)-entry.FirstIndex).ToArray());
        entry.Dispose();
        byte[] file = _store.FileSystem.ReadAll(facts.Path);
        Assert.Equal(-1, file.AsSpan().IndexOf(SegmentStore.Entry((12 * 256) + 7)));
    }

    [Fact]
    public void When_all_has_expired_only_tiles_are_left()
    {
        Expire(0, 65_536);
        SealedFacts facts = Rewrite(SegmentForm.Same, 2);
        Assert.Equal(SegmentTier.Expired, facts.Tier);
        Assert.EndsWith("000000000000.2.tiles", facts.Path, StringComparison.Ordinal);
        Hash256[] roots = new Hash256[256];
        Assert.True(_reader.TryReadBundleRoots(0, roots));
        Assert.Equal(facts.Root, Bundles.Root(roots));
    }

    [Fact]
    public async Task A_cold_entry_costs_one_request_for_one_bundle()
    {
        GoCold();
        Hash256[] leaves = new Hash256[256];
        _reader.ReadLeaves(200, leaves);
        Assert.Empty(_cold.Reads);

        using BundleLease lease = await _reader.FetchColdAsync(200);
        Assert.Equal(SegmentStore.Bundle(200, 256), lease.Bytes.ToArray());
        Assert.Single(_cold.Reads);
        Assert.True(_cold.Reads[0].Length < 64 * 1024);
        Assert.Equal(SegmentStore.Bundle(200, 256), Read(200));
        Assert.Single(_cold.Reads);
    }

    [Fact]
    public async Task A_cold_store_that_is_away_is_never_emptiness()
    {
        GoCold();
        _cold.IsAway = true;
        StoreException away = await Assert.ThrowsAsync<StoreException>(async () => await _reader.FetchColdAsync(100));
        Assert.Equal(StoreReason.TierAway, away.Reason);
        Assert.Equal((100 * 256, 156 * 256), (away.FirstIndex, away.Count));
        _cold.IsAway = false;
        using BundleLease lease = await _reader.FetchColdAsync(100);
        Assert.Equal(256, lease.Entries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    [InlineData(90)]
    [InlineData(9_000)]
    public async Task Bytes_of_a_cold_file_that_were_edited_are_never_served(int at)
    {
        GoCold();
        _ = await _reader.FetchColdAsync(3);
        (_, long offset, _) = _cold.Reads[0];
        byte[] file = _cold.Files.Values.Single();
        _store.Services.Cache.Invalidate(SegmentStore.LedgerId, 0, 256);
        file[offset + Math.Min(at, _cold.Reads[0].Length - 9)] ^= 1;
        await CheckLost(at < 9_000);
    }

    [Fact]
    public async Task A_cold_file_that_is_gone_is_data_loss()
    {
        GoCold();
        foreach (string left in Files().Where(path => path != Current.Path))
        {
            _store.FileSystem.Delete(left);
        }

        _cold.Files.Clear();
        await CheckLost(true);
    }

    [Fact]
    public async Task A_cold_file_that_is_gone_is_read_from_a_file_that_was_left_here()
    {
        GoCold();
        _cold.Files.Clear();
        using BundleLease lease = await _reader.FetchColdAsync(3);
        Assert.Equal(SegmentStore.Bundle(3, 256), lease.Bytes.ToArray());
    }

    [Fact]
    public void A_file_that_says_without_a_tombstone_that_its_payload_expired_hides_nothing_that_is_left()
    {
        Expire(10 * 256, 5 * 256);
        Rewrite(SegmentForm.Same, 2);

        // The same files, and nobody who says that they are right.
        SegmentReader reader = new(SegmentStore.LedgerId, _store.Services);
        reader.Add(new SealedSegment(_store.Services.Maps, Current.Facts));
        Assert.True(reader.TryReadBundle(12, out BundleLease lease));
        Assert.Equal(SegmentStore.Bundle(12, 256), lease.Bytes.ToArray());
        lease.Dispose();
        Assert.True(reader.TryReadEntry((12 * 256) + 7, out BundleLease entry));
        byte[] read = entry.Entry((int)((12 * 256) + 7 - entry.FirstIndex)).ToArray();
        Assert.Equal(SegmentStore.Entry((12 * 256) + 7), read);
        entry.Dispose();

        foreach (string left in Files().Where(path => path != Current.Path))
        {
            _store.FileSystem.Delete(left);
        }

        _store.Services.Cache.Invalidate(SegmentStore.LedgerId, 0, 256);
        StoreException refused = Assert.Throws<StoreException>(() => reader.TryReadBundle(12, out _));
        Assert.Equal((StoreReason.NotConfirmed, 12 * 256, 256), (refused.Reason, refused.FirstIndex, refused.Count));
    }

    [Fact]
    public void A_tombstone_refuses_before_the_file_is_written_again()
    {
        Expire(0, 256);
        Assert.Equal(StoreReason.Expired, Assert.Throws<StoreException>(
            () => _reader.Expired.Check(0)).Reason);
        _reader.Expired.Check(1);
        Assert.Equal(256, _reader.Expired.FirstReadable);
    }

    public void Dispose() => _store.Dispose();

    private string[] Files()
    {
        string directory = System.IO.Path.GetDirectoryName(Current.Path)!;
        return [.. _store.FileSystem.List(directory).Select(name => $"{directory}/{name}")];
    }

    private SealedSegment Current => (SealedSegment)_reader.List[0];

    private async Task CheckLost(bool mustRefuse)
    {
        try
        {
            using BundleLease lease = await _reader.FetchColdAsync(3);
            Assert.Equal(SegmentStore.Bundle(3, 256), lease.Bytes.ToArray());
            Assert.False(mustRefuse, "the edited block was read");
        }
        catch (StoreException lost)
        {
            Assert.Equal(StoreReason.DataLoss, lost.Reason);
            Assert.Equal((3 * 256, 256), (lost.FirstIndex, lost.Count));
        }
    }

    private void GoCold()
    {
        SealedFacts dense = Rewrite(SegmentForm.Dense, 2);
        _cold.Files.Add("cold-0", _store.FileSystem.ReadAll(dense.Path));
        SealedFacts tiles = Rewrite(SegmentForm.HashesOnly, 3, "cold-0");
        Assert.Equal(SegmentTier.Cold, tiles.Tier);
        Assert.EndsWith(".3.tiles", tiles.Path, StringComparison.Ordinal);
    }

    private void Expire(long first, long count) =>
        _reader.Expired.Add(new TombstoneRecord(first, count, 0, 1, "test"));

    private byte[] Read(long bundle)
    {
        _reader.Expired.Check(bundle);
        Assert.True(_reader.TryReadBundle(bundle, out BundleLease lease));
        using (lease)
        {
            return lease.Bytes.ToArray();
        }
    }

    private SealedFacts Rewrite(SegmentForm form, uint generation, string location = "")
    {
        BlockEncoder encoder = new(Lz4Effort.Dense);
        Hash256[] roots = new Hash256[256];
        Assert.True(_reader.TryReadBundleRoots(0, roots));
        SealedFacts facts;
        using (SegmentRewriter rewriter = new(
            _store.Services, Current, _reader.Expired, form, generation, nowMicros: 9, () => encoder))
        {
            while (rewriter.BundlesDone < 256)
            {
                rewriter.WriteNext();
            }

            rewriter.Complete(roots);
            facts = rewriter.Verify(new SegmentVerifier()) with { Location = location };
        }

        ((SealedSegment)_reader.Replace(new SealedSegment(_store.Services.Maps, facts))).Dispose();
        _store.Services.Cache.Invalidate(SegmentStore.LedgerId, 0, 256);
        return facts;
    }
}
