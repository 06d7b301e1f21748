// The cold store against a real S3 server, directly and through a proxy that does harm.

using Amazon.S3;
using Amazon.S3.Model;
using LedgerStore.Engine;
using LedgerStore.Engine.S3;
using Xunit;

namespace LedgerStore.Tests.S3;

[Collection(Rgw.Collection)]
public sealed class RgwTests(Rgw rgw)
{
    private const string Name = "5f/7/000000000003-ab.seg";
    private const string Key = "audit/prod/" + Name;
    private static readonly byte[] s_file = Buckets.Bytes(6_000_000);

    [RgwFact]
    public async Task Writes_are_conditional_and_reads_ranged()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: false);
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        using S3ColdStore store = Buckets.Open(proxy.Address, bucket);
        await store.ProbeAsync(CancellationToken.None);
        proxy.Requests.Clear();
        Assert.True(await store.PutAsync(Name, s_file, DateTimeOffset.UtcNow.AddDays(1)));
        Assert.Single(proxy.Requests);
        Assert.False(await store.PutAsync(Name, Buckets.Bytes(10)));

        proxy.Requests.Clear();
        Assert.Equal(s_file[5_000_000..5_020_000], await store.ReadAsync(Name, 5_000_000, 20_000));
        Assert.Equal(20_000, Assert.Single(proxy.Requests).AnswerBytes);
        Assert.Equal(s_file[^5..], await store.ReadAsync(Name, s_file.Length - 5, 100));
        Assert.Empty(await store.ReadAsync(Name, s_file.Length, 100));
        await Buckets.FailsAsync(ColdStoreFailure.Missing, () => store.ReadAsync("5f/7/nothing.seg", 0, 10));

        Assert.True(await store.DeleteAsync(Name, CancellationToken.None));
        Assert.False(await store.DeleteAsync(Name, CancellationToken.None));
        await Buckets.FailsAsync(ColdStoreFailure.Missing, () => store.ReadAsync(Name, 0, 10));
    }

    [RgwFact]
    public async Task Of_many_who_write_the_same_name_one_wins()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: false);
        using S3ColdStore store = Buckets.Open(rgw.Address, bucket);
        await store.ProbeAsync(CancellationToken.None);
        byte[][] files = [.. Enumerable.Range(0, 8).Select(i => Buckets.Bytes(100_000 + i))];
        bool[] won = await Task.WhenAll(files.Select(file => store.PutAsync(Name, file).AsTask()));
        Assert.Equal(
            files[Array.IndexOf(won, true)], await store.ReadAsync(Name, 0, 200_000));
        Assert.Single(won, true);
    }

    [RgwFact]
    public async Task A_bucket_that_is_not_there_or_somebody_elses_key_is_refused()
    {
        using S3ColdStore store = Buckets.Open(rgw.Address, "no-such-bucket");
        string message = await Buckets.FailsAsync(
            ColdStoreFailure.Refused, () => store.ProbeAsync(CancellationToken.None).AsTask());
        Assert.Contains("404 NoSuchBucket", message, StringComparison.Ordinal);
    }

    [RgwFact]
    public async Task An_outage_in_the_middle_of_a_put_leaves_nothing_and_is_made_good_later()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: false);
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        using S3ColdStore store = Buckets.Open(proxy.Address, bucket);
        await store.ProbeAsync(CancellationToken.None);
        proxy.Requests.Clear();
        proxy.Harms = static seen => seen.Earlier == 0
            ? Harm.At(HarmKind.CutBody, 4_500_000)
            : Harm.Of(HarmKind.Cut);
        await Buckets.FailsAsync(ColdStoreFailure.Away, async () => await store.PutAsync(Name, s_file));
        Assert.Equal(3, proxy.Requests.Count);
        using S3ColdStore direct = Buckets.Open(rgw.Address, bucket);
        await Buckets.FailsAsync(ColdStoreFailure.Missing, () => direct.ReadAsync(Name, 0, 10));

        proxy.Harms = static _ => Harm.None;
        Assert.True(await store.PutAsync(Name, s_file));
        Assert.Equal(s_file, await store.ReadAsync(Name, 0, s_file.Length));
    }

    [RgwFact]
    public async Task A_put_whose_answer_was_lost_is_found_by_the_next_attempt()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: false);
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        using S3ColdStore store = Buckets.Open(proxy.Address, bucket);
        await store.ProbeAsync(CancellationToken.None);
        proxy.Requests.Clear();
        proxy.Harms = static seen => seen.Earlier == 0 ? Harm.Of(HarmKind.LoseAnswer) : Harm.None;
        Assert.False(await store.PutAsync(Name, s_file));
        Assert.Equal(s_file, await store.ReadAsync(Name, 0, s_file.Length));
    }

    [RgwFact]
    public async Task Retention_is_set_where_the_bucket_has_Object_Lock()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: true);
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);

        // This server ignores If-None-Match in such a bucket (see the next test). What the retention does is shown
        // behind a proxy that does what it ought to do.
        proxy.Harms = seen => seen.Method == "PUT"
            && proxy.Requests.Count(one => one.Method == "PUT" && one.Target == seen.Target) > 1
            ? Harm.Answer(412, "PreconditionFailed")
            : Harm.None;
        using S3ColdStore store = Buckets.Open(proxy.Address, bucket);
        DateTimeOffset until = DateTimeOffset.UtcNow.AddDays(3);
        Assert.True(await store.PutAsync(Name, s_file, until));
        Assert.True(await store.PutAsync(Name + "2", s_file, DateTimeOffset.UtcNow.AddDays(-1)));

        using AmazonS3Client owner = rgw.CreateOwner();
        GetObjectRetentionResponse retention = await owner.GetObjectRetentionAsync(
            new GetObjectRetentionRequest { BucketName = bucket, Key = Key });
        Assert.Equal(ObjectLockRetentionMode.Compliance, retention.Retention.Mode);
        DateTime kept = retention.Retention.RetainUntilDate!.Value.ToUniversalTime();
        Assert.InRange(kept, until.UtcDateTime.AddSeconds(-1), until.UtcDateTime.AddSeconds(1));

        // Nobody deletes it, and the store says so. What has no retention is deleted with all its versions.
        await Buckets.FailsAsync(
            ColdStoreFailure.Refused, () => store.DeleteAsync(Name, CancellationToken.None).AsTask());
        Assert.Equal(s_file, await store.ReadAsync(Name, 0, s_file.Length));
        Assert.True(await store.DeleteAsync(Name + "2", CancellationToken.None));
        ListVersionsResponse left = await owner.ListVersionsAsync(
            new ListVersionsRequest { BucketName = bucket, Prefix = Key + "2" });
        Assert.Empty(left.Versions ?? []);
    }

    [RgwFact]
    public async Task A_retention_is_extended_and_never_shortened()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: true);
        await using S3Proxy proxy = await S3Proxy.StartAsync(rgw.Address);
        proxy.Harms = seen => seen.Method == "PUT" && !seen.Target.Contains("retention", StringComparison.Ordinal)
            && proxy.Requests.Count(one => one.Method == "PUT" && one.Target == seen.Target) > 1
            ? Harm.Answer(412, "PreconditionFailed")
            : Harm.None;
        using S3ColdStore store = Buckets.Open(proxy.Address, bucket);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Assert.True(await store.PutAsync(Name, s_file, now.AddDays(3)));
        Assert.True(await store.PutAsync(Name + "2", s_file, keepUntil: null));
        Assert.True(await store.KeepUntilAsync(Name, now.AddDays(10), CancellationToken.None));
        Assert.True(await store.KeepUntilAsync(Name + "2", now.AddDays(10), CancellationToken.None));
        int requests = proxy.Requests.Count;
        Assert.False(await store.KeepUntilAsync(Name, now.AddDays(10), CancellationToken.None));
        Assert.False(await store.KeepUntilAsync(Name, now.AddDays(5), CancellationToken.None));
        Assert.Equal(2, proxy.Requests.Count - requests);
        Assert.False(await store.KeepUntilAsync(Name, now.AddDays(-5), CancellationToken.None));
        Assert.Equal(2, proxy.Requests.Count - requests);
        using AmazonS3Client owner = rgw.CreateOwner();
        foreach (string key in (string[])[Key, Key + "2"])
        {
            GetObjectRetentionResponse retention = await owner.GetObjectRetentionAsync(
                new GetObjectRetentionRequest { BucketName = bucket, Key = key });
            Assert.Equal(ObjectLockRetentionMode.Compliance, retention.Retention.Mode);
            DateTime kept = retention.Retention.RetainUntilDate!.Value.ToUniversalTime();
            Assert.InRange(kept, now.UtcDateTime.AddDays(10), now.UtcDateTime.AddDays(10).AddSeconds(1));
        }

        await Buckets.FailsAsync(
            ColdStoreFailure.Refused, () => store.DeleteAsync(Name + "2", CancellationToken.None).AsTask());
        await Buckets.FailsAsync(
            ColdStoreFailure.Missing,
            () => store.KeepUntilAsync("5f/7/nothing.seg", now.AddDays(10), CancellationToken.None).AsTask());
    }

    [RgwFact]
    public async Task A_bucket_without_Object_Lock_is_not_asked_to_keep_anything()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: false);
        using S3ColdStore store = Buckets.Open(rgw.Address, bucket);
        Assert.True(await store.PutAsync(Name, s_file));
        Assert.False(await store.KeepUntilAsync(Name, DateTimeOffset.UtcNow.AddDays(1), CancellationToken.None));
        Assert.True(await store.DeleteAsync(Name, CancellationToken.None));
    }

    [RgwFact]
    public async Task A_bucket_in_which_conditions_are_ignored_is_refused()
    {
        string bucket = await rgw.CreateBucketAsync(withLock: true);
        using S3ColdStore store = Buckets.Open(rgw.Address, bucket);
        try
        {
            await store.ProbeAsync(CancellationToken.None);
        }
        catch (ColdStoreException refused)
        {
            // Ceph 16: each PUT makes a version, whatever the condition says.
            Assert.Equal(ColdStoreFailure.Refused, refused.Failure);
            Assert.Contains("ignores If-None-Match", refused.Message, StringComparison.Ordinal);
            return;
        }

        // A later Ceph may honour it: then it must.
        Assert.True(await store.PutAsync(Name, s_file));
        Assert.False(await store.PutAsync(Name, s_file));
    }
}
