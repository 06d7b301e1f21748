// S3ColdStore: the retention of objects that are there already. Any thread.

using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace LedgerStore.Engine.S3;

public sealed partial class S3ColdStore
{
    /// <inheritdoc/>
    public async ValueTask<bool> KeepUntilAsync(
        string name, DateTimeOffset until, CancellationToken cancellationToken)
    {
        S3Abilities abilities = _abilities ?? await FindAbilitiesAsync(cancellationToken).ConfigureAwait(false);
        return abilities.HasObjectLock && until > _options.Time.GetUtcNow() && await _patience
            .TryAsync(
                $"keeping '{name}' until {until:u}",
                watch => KeepOnceAsync(_prefix + name, until, watch),
                cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<bool> KeepOnceAsync(string key, DateTimeOffset until, StallWatch watch)
    {
        // Stores keep whole seconds: the next one, so that asking again finds nothing to do.
        DateTime end = until.Ticks > DateTimeOffset.MaxValue.Ticks - TimeSpan.TicksPerSecond
            ? until.UtcDateTime
            : new DateTime(
                (until.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond,
                DateTimeKind.Utc);
        ObjectLockRetention? present = await RetentionOfAsync(key, watch).ConfigureAwait(false);
        watch.Progress();
        if (present?.RetainUntilDate is { } kept && kept.ToUniversalTime() >= end)
        {
            return false;
        }

        PutObjectRetentionRequest request = new()
        {
            BucketName = _options.Bucket,
            Key = key,
            Retention = new ObjectLockRetention
            {
                // The kind that it has: changing that would need a permission of its own.
                Mode = present?.Mode ?? RetentionModeOf(_options.ObjectLock),
                RetainUntilDate = end,
            },
        };
        await _client.PutObjectRetentionAsync(request, watch.Token).ConfigureAwait(false);
        return true;
    }

    /// <returns>Null for an object without a retention.</returns>
    private async Task<ObjectLockRetention?> RetentionOfAsync(string key, StallWatch watch)
    {
        try
        {
            GetObjectRetentionResponse response = await _client
                .GetObjectRetentionAsync(
                    new GetObjectRetentionRequest { BucketName = _options.Bucket, Key = key }, watch.Token)
                .ConfigureAwait(false);
            return response.Retention;
        }
        catch (AmazonS3Exception none) when (none.StatusCode == HttpStatusCode.NotFound
            && none.ErrorCode is "NoSuchObjectLockConfiguration" or "ObjectLockConfigurationNotFoundError")
        {
            return null;
        }
    }

    private static ObjectLockRetentionMode RetentionModeOf(S3ObjectLock kind) => kind == S3ObjectLock.Compliance
        ? ObjectLockRetentionMode.Compliance
        : ObjectLockRetentionMode.Governance;
}
