// Where the payload of cold segments is, as somebody says who verifies a data directory: a directory or a bucket.
// Read-only: nothing is put there, and no probe is made. One thread.
using System.Text.RegularExpressions;
using Amazon.Runtime;
using LedgerStore.Engine.S3;

namespace LedgerStore.Cli;

/// <summary>One of the two, or none.</summary>
internal sealed record ColdPlace(string? Directory, S3ColdStoreOptions? Bucket)
{
    private const string Scheme = "s3://";

    public static ColdPlace Parse(string? place, string? endpoint, string? region)
    {
        if (place is null || !place.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return endpoint is null && region is null
                ? new ColdPlace(place is null ? null : DirectoryAt(place), null)
                : throw new UsageException(
                    "--cold-endpoint and --cold-region are of a bucket", "say which: --cold s3://BUCKET/PREFIX");
        }

        string[] parts = place[Scheme.Length..].Split('/', 2);
        if (!Regex.IsMatch(parts[0], @"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z", RegexOptions.NonBacktracking))
        {
            throw new UsageException(
                $"'{place}' names no bucket", "--cold s3://BUCKET, with /PREFIX if the server has cold.prefix");
        }

        return new ColdPlace(null, new S3ColdStoreOptions
        {
            Bucket = parts[0],
            Prefix = parts.Length == 1 ? string.Empty : parts[1].Trim('/'),
            Endpoint = endpoint is null ? null : EndpointOf(endpoint),
            Region = region,
        });
    }

    /// <summary>The bucket, opened; null: there is none.</summary>
    public S3ColdStore? Open()
    {
        try
        {
            return Bucket is null ? null : new S3ColdStore(Bucket);
        }
        catch (AmazonClientException incomplete)
        {
            throw new UsageException(incomplete.Message, "say --cold-region, or set AWS_REGION");
        }
    }

    // Of one that is not mounted, every file would seem to be lost.
    private static string DirectoryAt(string place) => System.IO.Directory.Exists(place)
        ? Path.GetFullPath(place)
        : throw new UsageException($"there is no directory {place}", "is the cold store mounted?");

    private static Uri EndpointOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "https" or "http"
            ? address
            : throw new UsageException($"--cold-endpoint '{text}' is no address", "for example https://s3.example.org");
}
