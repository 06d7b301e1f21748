// S3ColdStore: what the bucket can do, found out by trying. Once for a store; two threads may do it at the same time
// and find the same.

using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;

namespace LedgerStore.Engine.S3;

public sealed partial class S3ColdStore
{
    /// <summary>The object that is written to find out. It stays: it is written once, like all others.</summary>
    internal const string ProbeName = "ledgerstore-probe";

    private const int ProbeOffset = 19;
    private const int ProbeLength = 8;

    // They differ in the part that is read.
    private static readonly byte[] s_first = Encoding.ASCII.GetBytes(
        "LedgerStore probe, object 1: a store that honours If-None-Match never replaces it.\n");

    private static readonly byte[] s_second = Encoding.ASCII.GetBytes(
        "LedgerStore probe, object 2: a store that ignores If-None-Match has replaced object 1.\n");

    private volatile S3Abilities? _abilities;

    /// <inheritdoc/>
    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        if (_abilities is null)
        {
            await FindAbilitiesAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<S3Abilities> FindAbilitiesAsync(CancellationToken cancellationToken)
    {
        bool hasLock = await _patience
            .TryAsync("asking for its Object Lock", HasObjectLockAsync, cancellationToken)
            .ConfigureAwait(false);
        await ProbeWritesAsync(hasLock, cancellationToken).ConfigureAwait(false);
        S3Abilities abilities = new(hasLock);
        _abilities = abilities;
        return abilities;
    }

    /// <summary>Writes an object, tries to replace it, and reads a part of it.</summary>
    /// <remarks>A store that says 200 to the second PUT, or 412 and replaces it all the same, would one day replace a
    /// segment.</remarks>
    private async Task ProbeWritesAsync(bool hasLock, CancellationToken cancellationToken)
    {
        // Taken by an earlier start, most of the time: what is asked is whether it is still what was put there.
        await PutAsync(ProbeName, new MemoryStream(s_first), keepUntil: null, cancellationToken)
            .ConfigureAwait(false);
        bool wasReplaced = await PutAsync(
            ProbeName, new MemoryStream(s_second), keepUntil: null, cancellationToken).ConfigureAwait(false);
        if (wasReplaced)
        {
            // Or the store that takes its place would find it, and be refused.
            await DeleteAsync(ProbeName, cancellationToken).ConfigureAwait(false);
            throw Refusal(
                $"ignores If-None-Match: it took a second PUT of '{_prefix}{ProbeName}' that it had to refuse with "
                + "412, and would let a segment be overwritten; use a store that honours conditional writes"
                + (hasLock ? " also in buckets with versions and Object Lock (Ceph 16, for one, does not)" : ""));
        }

        ReadOnlyMemory<byte> read;
        try
        {
            read = await ReadAsync(ProbeName, ProbeOffset, ProbeLength, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ColdStoreException missing) when (missing.Failure == ColdStoreFailure.Missing)
        {
            throw Refusal($"refused a PUT of '{_prefix}{ProbeName}' with 412 although there is no such object");
        }

        if (!read.Span.SequenceEqual(s_first.AsSpan(ProbeOffset, ProbeLength)))
        {
            throw Refusal(
                $"gives other bytes back for '{_prefix}{ProbeName}' than were put there; if the store has changed "
                + "since then, delete this object and start again");
        }
    }

    private async Task<bool> HasObjectLockAsync(StallWatch watch)
    {
        try
        {
            GetObjectLockConfigurationResponse response = await _client
                .GetObjectLockConfigurationAsync(
                    new GetObjectLockConfigurationRequest { BucketName = _options.Bucket }, watch.Token)
                .ConfigureAwait(false);
            return response.ObjectLockConfiguration?.ObjectLockEnabled == ObjectLockEnabled.Enabled;
        }
        catch (AmazonS3Exception none) when (none.ErrorCode == "ObjectLockConfigurationNotFoundError"
            || none.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed)
        {
            return false;
        }
    }

    private ColdStoreException Refusal(string why) => new(ColdStoreFailure.Refused, $"{Description} {why}");

    /// <summary>What the bucket can do, beyond what is required.</summary>
    private sealed record S3Abilities(bool HasObjectLock);
}
