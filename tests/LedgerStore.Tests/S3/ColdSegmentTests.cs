// A segment of the engine whose payload is in a real bucket: what one entry costs, and what becomes of it when the
// bucket is away or gives other bytes.

using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.S3;
using LedgerStore.Engine.Segments;
using LedgerStore.Engine.Tiering;
using LedgerStore.Proofs;
using LedgerStore.Tests.Engine.Segments;
using Xunit;
using Xunit.Abstractions;

namespace LedgerStore.Tests.S3;

[Collection(Rgw.Collection)]
public sealed class ColdSegmentTests(Rgw rgw, ITestOutputHelper output) : IDisposable
{
    private const string Name = "5f/7/000000000000-ab.seg";
    private readonly SegmentStore _segments = new();

    [RgwFact]
    public async Task One_entry_costs_one_ranged_request_for_one_bundle()
    {
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        using S3ColdStore store = Buckets.Open(proxy.Address, await rgw.CreateBucketAsync(withLock: false));
        (SegmentReader reader, long fileBytes) = await MoveAsync(store);
        proxy.Requests.Clear();

        // Proofs never go there.
        Hash256[] leaves = new Hash256[256];
        Assert.Equal(256, reader.ReadLeaves(200, leaves));
        Assert.Empty(proxy.Requests);

        using BundleLease lease = await reader.FetchColdAsync(200);
        Assert.Equal(SegmentStore.Entry((200 * 256) + 17), lease.Entry(17).ToArray());
        SeenRequest read = Assert.Single(proxy.Requests);
        Assert.Equal("GET", read.Method);
        Assert.StartsWith("bytes=", read.Range, StringComparison.Ordinal);
        Assert.InRange(read.AnswerBytes, 1, fileBytes / 200);
        output.WriteLine($"one entry: 1 request, {read.AnswerBytes} bytes of a segment of {fileBytes}");

        // The second entry of the bundle costs nothing.
        Assert.True(reader.TryReadBundle(200, out BundleLease cached));
        cached.Dispose();
        Assert.Single(proxy.Requests);
    }

    [RgwFact]
    public async Task Bytes_that_were_changed_on_the_way_are_never_served()
    {
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        using S3ColdStore store = Buckets.Open(proxy.Address, await rgw.CreateBucketAsync(withLock: false));
        (SegmentReader reader, _) = await MoveAsync(store);

        // Somewhere in header, chunk table and payload; the last 8,192 bytes are hashes, which are not read from there.
        foreach (int at in (int[])[0, 9, 40, 63, 64, 80, 100, 500])
        {
            proxy.Harms = seen => seen.IsProbe ? Harm.None : Harm.At(HarmKind.FlipByte, at);
            StoreException lost = await Assert.ThrowsAsync<StoreException>(async () => await reader.FetchColdAsync(3));
            Assert.Equal((StoreReason.DataLoss, 3 * 256, 256), (lost.Reason, lost.FirstIndex, lost.Count));
        }

        proxy.Harms = static _ => Harm.None;
        using BundleLease lease = await reader.FetchColdAsync(3);
        Assert.Equal(SegmentStore.Bundle(3, 256), lease.Bytes.ToArray());
    }

    [RgwFact]
    public async Task While_the_bucket_is_away_its_range_is_unavailable_and_never_empty()
    {
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        using S3ColdStore store = Buckets.Open(proxy.Address, await rgw.CreateBucketAsync(withLock: false));
        (SegmentReader reader, _) = await MoveAsync(store);
        proxy.Harms = static _ => Harm.Of(HarmKind.Cut);
        StoreException away = await Assert.ThrowsAsync<StoreException>(async () => await reader.FetchColdAsync(100));
        Assert.Equal((StoreReason.TierAway, 100 * 256, 156 * 256), (away.Reason, away.FirstIndex, away.Count));
        Assert.Contains(store.Description, away.Message, StringComparison.Ordinal);

        proxy.Harms = static _ => Harm.None;
        using BundleLease lease = await reader.FetchColdAsync(100);
        Assert.Equal(256, lease.Entries);
    }

    public void Dispose() => _segments.Dispose();

    /// <summary>The way of the tiering thread: dense, put, read back, and only hashes stay.</summary>
    private async Task<(SegmentReader Reader, long FileBytes)> MoveAsync(S3ColdStore store)
    {
        SegmentReader reader = new(SegmentStore.LedgerId, _segments.Services with { Cold = store });
        reader.Add(_segments.AddSealed(0));
        SealedFacts dense = Rewrite(reader, SegmentForm.Dense, 2, location: string.Empty);
        byte[] file = _segments.FileSystem.ReadAll(dense.Path);
        Assert.True(await store.PutAsync(Name, file));
        Assert.Equal(file, await store.ReadAsync(Name, 0, file.Length + 1));
        Assert.Equal(SegmentTier.Cold, Rewrite(reader, SegmentForm.HashesOnly, 3, Name).Tier);
        return (reader, file.Length);
    }

    private SealedFacts Rewrite(SegmentReader reader, SegmentForm form, uint generation, string location)
    {
        BlockEncoder encoder = new(Lz4Effort.Dense);
        Hash256[] roots = new Hash256[256];
        Assert.True(reader.TryReadBundleRoots(0, roots));
        SealedSegment old = (SealedSegment)reader.List[0];
        SealedFacts facts;
        using (SegmentRewriter rewriter = new(
            _segments.Services, old, reader.Expired, form, generation, nowMicros: 9, () => encoder))
        {
            while (rewriter.BundlesDone < 256)
            {
                rewriter.WriteNext();
            }

            rewriter.Complete(roots);
            facts = rewriter.Verify(new SegmentVerifier()) with { Location = location };
        }

        ((SealedSegment)reader.Replace(new SealedSegment(_segments.Services.Maps, facts))).Dispose();
        _segments.Services.Cache.Invalidate(SegmentStore.LedgerId, 0, 256);
        return facts;
    }
}
