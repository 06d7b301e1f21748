// The tiering thread and a real bucket: an outage in the middle of a move, a copy that is not what was sent, and
// expiry. The store is on a simulated disk and turned by hand; the requests are real.

using Amazon.S3;
using Amazon.S3.Model;
using LedgerStore.Engine;
using LedgerStore.Engine.Format;
using LedgerStore.Engine.S3;
using LedgerStore.Engine.Segments;
using LedgerStore.Tests.Engine.Tiering;
using LedgerStore.Tests.Simulation;
using Xunit;

namespace LedgerStore.Tests.S3;

[Collection(Rgw.Collection)]
public sealed class ColdMoveTests(Rgw rgw)
{
    private const int Size = 65_536 + 700;
    private static readonly RetentionPolicy s_cold = new() { ColdAfter = TimeSpan.FromHours(1) };
    private static readonly Lazy<SimulatedFileSystem> s_disk = new(() =>
    {
        SimulatedFileSystem disk = new(new SimulatedOptions());
        TierWorld world = TierWorld.Open(disk, TimeSpan.Zero);
        world.Create();
        world.Append(Size);
        world.Close();
        return disk;
    });

    [RgwFact]
    public async Task An_outage_in_the_middle_of_a_move_loses_nothing_and_the_move_is_made_good()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: false);
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        using S3ColdStore store = Buckets.Open(proxy.Address, bucket);
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day, store);
        world.Ledger.SetRetention(s_cold);
        bool isOut = false;
        proxy.Harms = seen => isOut ? Harm.Of(HarmKind.Cut)
            : seen is { Method: "PUT", IsProbe: false } && (isOut = true) ? Harm.At(HarmKind.CutBody, 200_000)
            : Harm.None;
        world.Round();
        Assert.True(isOut);
        Assert.Contains(store.Description, world.Core.Tiering.Status.LastFailure, StringComparison.Ordinal);
        Assert.Equal(SegmentTier.Warm, Facts(world).Tier);
        Assert.Equal(0, world.Check(Size));

        proxy.Harms = static _ => Harm.None;
        proxy.Requests.Clear();
        world.Round();
        Assert.Equal(SegmentTier.Cold, Facts(world).Tier);
        Assert.Single(proxy.Requests, static seen => seen.Method == "PUT");
        Assert.Equal(0, world.Check(Size));

        // What has expired is gone from the bucket too.
        world.Ledger.SetRetention(new RetentionPolicy { ExpireAfter = TimeSpan.FromHours(1) });
        Assert.Equal([Facts(world).Location], await NamesAsync(bucket));
        world.Expire();
        Assert.Equal(65_536 + 512, world.Check(Size));
        Assert.Empty(await NamesAsync(bucket));
    }

    [RgwFact]
    public async Task A_copy_that_reads_back_otherwise_is_not_relied_on()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: false);
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        using S3ColdStore store = Buckets.Open(proxy.Address, bucket);
        using TierWorld world = TierWorld.Open(s_disk.Value.Crash(new KeepAll()), TierWorld.Day, store);
        world.Ledger.SetRetention(s_cold);
        proxy.Harms = static seen => seen is { Method: "GET", IsProbe: false, Range.Length: > 0 }
            ? Harm.At(HarmKind.FlipByte, 70_001)
            : Harm.None;
        world.Round();
        Assert.Contains("gave other bytes back", world.Core.Tiering.Status.LastFailure, StringComparison.Ordinal);
        Assert.Equal(SegmentTier.Warm, Facts(world).Tier);
        Assert.Equal(0, world.Check(Size));

        proxy.Harms = static _ => Harm.None;
        world.Round();
        Assert.Equal(SegmentTier.Cold, Facts(world).Tier);
        Assert.Equal(0, world.Check(Size));
    }

    private static SealedFacts Facts(TierWorld world) => ((SealedSegment)world.Log.Segments.List[0]).Facts;

    /// <summary>The segments in the bucket, without the prefix.</summary>
    private async Task<string[]> NamesAsync(string bucket)
    {
        using AmazonS3Client owner = rgw.CreateOwner();
        ListVersionsResponse all = await owner.ListVersionsAsync(new ListVersionsRequest { BucketName = bucket });
        return
        [
            .. all.Versions.Select(static one => one.Key["audit/prod/".Length..])
                .Where(static name => name != S3ColdStore.ProbeName),
        ];
    }
}
