// The bucket of the cold tier, opened before the store: refused here, where there is an exit code for it. Main thread.
using Amazon.Runtime;
using LedgerStore.Engine;
using LedgerStore.Engine.S3;
using LedgerStore.Server.Config;

namespace LedgerStore.Server.Hosting;

/// <summary>Opens the cold store of a server.</summary>
internal static class ColdTier
{
    /// <summary>A bucket that does what it must, or is away.</summary>
    /// <returns>Null without a bucket.</returns>
    /// <param name="warn">Told when it is away: the server works without it, and its cold entries do not.</param>
    /// <exception cref="ConfigException">It cannot be used.</exception>
    public static async Task<S3ColdStore?> OpenAsync(ServerConfig config, StoreAccess access, Action<string> warn)
    {
        if (config.Cold?.Bucket is not { } options)
        {
            return null;
        }

        S3ColdStore store = Create(options);
        if (access is StoreAccess.Read or StoreAccess.ReadSuspect)
        {
            // A probe writes, and nothing will be put there.
            return store;
        }

        try
        {
            await store.ProbeAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (ColdStoreException refused) when (refused.Failure == ColdStoreFailure.Refused)
        {
            store.Dispose();
            throw Refusal(refused.Message);
        }
        catch (ColdStoreException away)
        {
            warn($"{away.Message}; cold entries are unavailable and nothing becomes cold until it is back");
        }

        return store;
    }

    private static S3ColdStore Create(S3ColdStoreOptions options)
    {
        try
        {
            return new S3ColdStore(options);
        }
        catch (AmazonClientException incomplete)
        {
            throw Refusal($"{incomplete.Message} (cold.region, or AWS_REGION)");
        }
    }

    private static ConfigException Refusal(string why) => new(
        [new ConfigProblem("cold", why, "see docs/OPERATIONS.md, the cold tier", ConfigException.BadConfiguration)]);
}
