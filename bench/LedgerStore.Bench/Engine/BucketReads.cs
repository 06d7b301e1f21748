// Reads of entries whose segments are objects in a bucket: one caller, entries at random, nothing cached; and in turn
// what the same range requests take by themselves.
using System.Diagnostics;
using Amazon.S3;
using Amazon.S3.Model;
using LedgerStore.Bench.Frame;
using LedgerStore.Bench.Load;
using LedgerStore.Engine;
using LedgerStore.Engine.S3;

namespace LedgerStore.Bench.Engine;

/// <summary>The cold tier on S3.</summary>
internal static class BucketReads
{
    private const int RecordBytes = 256;
    private const int SegmentEntries = 65_536;
    private const int BundleEntries = 256;

    public static async Task MeasureAsync(BenchRun run)
    {
        using BucketServer? server = BucketServer.TryStart();
        if (server is null)
        {
            run.Note($"s3: ABSENT; {BucketServer.Install}");
            return;
        }

        using S3ColdStore cold = new(new S3ColdStoreOptions
        {
            Bucket = BucketServer.Bucket,
            Endpoint = server.Endpoint,
        });
        using BenchStore store = new(1, key: null, options => options with
        {
            CacheBytes = 1 << 20,
            Cold = cold,
            Tiering = new TieringOptions
            {
                BytesPerSecond = 1_000_000_000,
                Interval = TimeSpan.FromDays(1),
                SecondCheckAfter = TimeSpan.Zero,
            },
        });
        Ledger ledger = store.Ledgers[0];
        await new LedgerFill(ledger, RecordBytes).AppendAsync(2 * SegmentEntries).ConfigureAwait(false);
        ledger.SetRetention(new RetentionPolicy { ColdAfter = TimeSpan.Zero });
        long start = Stopwatch.GetTimestamp();
        await ledger.ApplyRetentionAsync().ConfigureAwait(false);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long bytes = ledger.Describe().Tiers.Where(share => share.Tier == "cold").Sum(share => share.StoredBytes);
        if (bytes == 0)
        {
            throw new InvalidOperationException($"nothing moved: {store.Store.TieringStatus.LastFailure}");
        }

        run.MoreIsBetter("tiers.move.s3_bytes_per_second", "B/s", [bytes / seconds]);
        await CompareAsync(run, server, ledger).ConfigureAwait(false);
    }

    private static async Task CompareAsync(BenchRun run, BucketServer server, Ledger ledger)
    {
        using AmazonS3Client bare = server.Connect();
        ListObjectsV2Response listed = await bare.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = BucketServer.Bucket }).ConfigureAwait(false);
        S3Object segment = listed.S3Objects.MaxBy(each => each.Size)!;
        long blockBytes = segment.Size!.Value * BundleEntries / SegmentEntries;
        Random random = new(8);
        List<LatencyHistogram> reads = [];
        List<LatencyHistogram> requests = [];

        // The first turn of each is not counted.
        for (int i = -1; i < run.Options.Runs; i++)
        {
            LatencyHistogram read = await RepeatAsync(
                run.Options.RunTime, () => ReadAsync(ledger, random.NextInt64(ledger.Size))).ConfigureAwait(false);
            LatencyHistogram request = await RepeatAsync(
                run.Options.RunTime,
                () => RequestAsync(bare, segment, random.NextInt64(segment.Size.Value - blockBytes), blockBytes))
                .ConfigureAwait(false);
            if (i >= 0)
            {
                reads.Add(read);
                requests.Add(request);
            }
        }

        double floor = BenchRun.Median([.. requests.Select(each => each.PercentileMicros(0.5))]);
        run.LessIsBetter("tiers.read.cold_s3.p50_us", "us", reads.Select(each => each.PercentileMicros(0.5)), floor);
        run.LessIsBetter("tiers.read.cold_s3.p99_us", "us", reads.Select(each => each.PercentileMicros(0.99)));
        run.MoreIsBetter("tiers.read.cold_s3_per_second", "1/s", reads.Select(each => 1e6 / each.MeanMicros));
        run.Note("s3: Ceph's gateway on loopback, data in memory, one caller. Floor: requests of as many bytes by the "
            + "SDK alone.");
    }

    private static async Task<LatencyHistogram> RepeatAsync(TimeSpan time, Func<Task> work)
    {
        LatencyHistogram latencies = new();
        long start = Stopwatch.GetTimestamp();
        long now = start;
        while (Stopwatch.GetElapsedTime(start, now) < time)
        {
            await work().ConfigureAwait(false);
            long before = now;
            now = Stopwatch.GetTimestamp();
            latencies.RecordSince(before, now);
        }

        return latencies;
    }

    private static async Task ReadAsync(Ledger ledger, long index)
    {
        await foreach (EntrySlice slice in ledger.ReadAsync(index, 1).ConfigureAwait(false))
        {
            if (slice.Count != 1)
            {
                throw new InvalidOperationException($"entry {index} was not read");
            }
        }
    }

    private static async Task RequestAsync(AmazonS3Client client, S3Object segment, long offset, long bytes)
    {
        using GetObjectResponse answer = await client.GetObjectAsync(new GetObjectRequest
        {
            BucketName = segment.BucketName,
            Key = segment.Key,
            ByteRange = new ByteRange(offset, offset + bytes - 1),
        }).ConfigureAwait(false);
        await answer.ResponseStream.CopyToAsync(Stream.Null).ConfigureAwait(false);
    }
}
