// Where the payload of cold segments goes: a directory or a bucket. Immutable.
using LedgerStore.Engine.S3;

namespace LedgerStore.Server.Config;

/// <summary>One of the two is set.</summary>
internal sealed record ColdConfig(string? Directory, S3ColdStoreOptions? Bucket)
{
    /// <summary>Reads the settings of the cold tier, which belong together.</summary>
    public static ColdConfig? Read(ConfigConverter convert)
    {
        string? bucket = convert.OptionalText(
            Settings.ColdBucket, ColdNames.Bucket(), "3 to 63 lower-case letters, digits, dots and hyphens");
        string? region = convert.OptionalText(Settings.ColdRegion, ColdNames.Region(), "for example eu-central-1");
        string? prefix = convert.OptionalText(
            Settings.ColdPrefix, ColdNames.Prefix(), "for example audit/prod; no slash at either end");
        Uri? endpoint = convert.Url(Settings.ColdEndpoint);
        string kind = convert.Choice(Settings.ColdObjectLock);
        if (bucket is null)
        {
            convert.NotWithout(
                Settings.ColdBucket, [Settings.ColdEndpoint, Settings.ColdRegion, Settings.ColdPrefix]);
            return convert.OptionalPath(Settings.ColdDirectory) is { } directory
                ? new ColdConfig(directory, null)
                : null;
        }

        convert.NotWith(Settings.ColdBucket, Settings.ColdDirectory);
        return new ColdConfig(null, new S3ColdStoreOptions
        {
            Bucket = bucket,
            Endpoint = endpoint,
            Region = region,
            Prefix = prefix ?? "",
            ObjectLock = kind == "governance" ? S3ObjectLock.Governance : S3ObjectLock.Compliance,
        });
    }
}
