// A cold store that is a bucket of Amazon S3 or of a store that speaks its protocol. Any thread: the tiering thread
// writes and deletes, readers read.

using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace LedgerStore.Engine.S3;

/// <summary>Segments as objects: one conditional PUT for each, one ranged GET for each part that is read.</summary>
/// <remarks>
/// Never multipart: not every store honours If-None-Match there, and the largest segment (65,536 entries of 65,535
/// bytes, less than 4.1 GB) fits into one PUT (5 GB).
/// </remarks>
public sealed partial class S3ColdStore : IColdStore, IDisposable
{
    private readonly S3ColdStoreOptions _options;
    private readonly HttpClient _http;
    private readonly AmazonS3Client _client;
    private readonly Patience _patience;
    private readonly string _prefix;

    public S3ColdStore(S3ColdStoreOptions options)
    {
        _options = options;
        _prefix = options.Prefix.Length == 0 ? string.Empty : options.Prefix.TrimEnd('/') + "/";
        string place = options.Endpoint?.Authority ?? "Amazon S3";
        Description = $"the bucket '{options.Bucket}' of {place}";
        _http = S3Connection.CreateHttp(options);
        _client = S3Connection.Create(options, _http);
        _patience = new Patience(options, Description);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public async ValueTask<bool> PutIfAbsentAsync(
        string name, Stream file, DateTimeOffset? keepUntil, CancellationToken cancellationToken)
    {
        // A store that was away when it was to be probed is probed before the first byte goes there.
        S3Abilities abilities = _abilities ?? await FindAbilitiesAsync(cancellationToken).ConfigureAwait(false);
        DateTimeOffset? until = abilities.HasObjectLock && keepUntil > _options.Time.GetUtcNow() ? keepUntil : null;
        return await PutAsync(name, file, until, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        string name, long offset, int length, CancellationToken cancellationToken) => length == 0
        ? ReadOnlyMemory<byte>.Empty
        : await _patience
            .TryAsync(
                $"reading {length} bytes at {offset} of '{name}'",
                watch => ReadOnceAsync(_prefix + name, offset, length, watch),
                cancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string name, CancellationToken cancellationToken) => await _patience
        .TryAsync($"deleting '{name}'", watch => DeleteOnceAsync(_prefix + name, watch), cancellationToken)
        .ConfigureAwait(false);

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    private async Task<bool> PutAsync(
        string name, Stream file, DateTimeOffset? keepUntil, CancellationToken cancellationToken)
    {
        file.Position = 0;
        string hash = Convert.ToBase64String(
            await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        return await _patience
            .TryAsync(
                $"storing '{name}'",
                watch => PutOnceAsync(_prefix + name, file, hash, keepUntil, watch),
                cancellationToken)
            .ConfigureAwait(false);
    }

    /// <returns>False when the name is taken: also by an earlier attempt whose answer was lost. Whose bytes they are,
    /// the caller finds out by reading them.</returns>
    private async Task<bool> PutOnceAsync(
        string key, Stream file, string hash, DateTimeOffset? keepUntil, StallWatch watch)
    {
        file.Position = 0;
        PutObjectRequest request = new()
        {
            BucketName = _options.Bucket,
            Key = key,
            ContentType = "application/octet-stream",
            InputStream = new WatchedStream(file, watch),
            AutoCloseStream = false,
            AutoResetStreamPosition = false,
            IfNoneMatch = "*",

            // The whole body is signed, and its hash sent along: half a body, or another one, is refused by the store.
            UseChunkEncoding = false,
            ChecksumSHA256 = hash,
        };
        if (keepUntil is { } until)
        {
            request.ObjectLockMode = _options.ObjectLock == S3ObjectLock.Compliance
                ? ObjectLockMode.Compliance
                : ObjectLockMode.Governance;
            request.ObjectLockRetainUntilDate = until.UtcDateTime;
        }

        try
        {
            await _client.PutObjectAsync(request, watch.Token).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception taken) when (taken.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadOnceAsync(string key, long offset, int length, StallWatch watch)
    {
        GetObjectRequest request = new()
        {
            BucketName = _options.Bucket,
            Key = key,
            ByteRange = new ByteRange(offset, offset + length - 1),
        };
        GetObjectResponse response;
        try
        {
            response = await _client.GetObjectAsync(request, watch.Token).ConfigureAwait(false);
        }
        catch (AmazonS3Exception past) when (past.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        using (response)
        {
            if (response.HttpStatusCode != HttpStatusCode.PartialContent || response.ContentLength > length)
            {
                throw new ColdStoreException(
                    ColdStoreFailure.Refused,
                    $"{Description} ignores Range: asked for {length} bytes of '{key}', it offered "
                    + $"{response.ContentLength}");
            }

            byte[] bytes = new byte[response.ContentLength];
            for (int filled = 0; filled < bytes.Length;)
            {
                int read = await response.ResponseStream
                    .ReadAsync(bytes.AsMemory(filled), watch.Token)
                    .ConfigureAwait(false);
                if (read == 0)
                {
                    throw new EndOfStreamException($"the answer ended after {filled} of {bytes.Length} bytes");
                }

                filled += read;
                watch.Progress();
            }

            return bytes;
        }
    }

    private async Task<bool> DeleteOnceAsync(string key, StallWatch watch)
    {
        // In a bucket with versions a plain DELETE hides the object and keeps it: each version is deleted.
        List<string?> versions = await VersionsAsync(key, watch).ConfigureAwait(false);
        foreach (string? version in versions)
        {
            DeleteObjectRequest request = new() { BucketName = _options.Bucket, Key = key, VersionId = version };
            DeleteObjectResponse response = await _client
                .DeleteObjectAsync(request, watch.Token)
                .ConfigureAwait(false);
            watch.Progress();
            if (version is null && response.DeleteMarker == "true")
            {
                throw new ColdStoreException(
                    ColdStoreFailure.Refused,
                    $"{Description} keeps versions and does not list them: '{key}' is hidden, and not deleted");
            }
        }

        return versions.Count > 0;
    }

    /// <returns>Null for an object in a store that knows no versions.</returns>
    private async Task<List<string?>> VersionsAsync(string key, StallWatch watch)
    {
        List<string?> versions = [];
        ListVersionsRequest request = new() { BucketName = _options.Bucket, Prefix = key };
        while (true)
        {
            ListVersionsResponse page;
            try
            {
                page = await _client.ListVersionsAsync(request, watch.Token).ConfigureAwait(false);
            }
            catch (AmazonS3Exception none) when (none.StatusCode == HttpStatusCode.NotImplemented)
            {
                return [null];
            }

            watch.Progress();
            versions.AddRange((page.Versions ?? []).Where(one => one.Key == key).Select(one => one.VersionId));
            if (page.IsTruncated != true)
            {
                return versions;
            }

            request.KeyMarker = page.NextKeyMarker;
            request.VersionIdMarker = page.NextVersionIdMarker;
        }
    }
}
