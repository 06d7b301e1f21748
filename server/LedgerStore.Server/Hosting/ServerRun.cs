// A server process from its configuration to its exit code: trust, store, server, and the wait for a signal or for the
// store's failure. Runs on the main thread.
using LedgerStore.Engine;
using LedgerStore.Engine.S3;
using LedgerStore.Proofs;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Trust;

namespace LedgerStore.Server.Hosting;

/// <summary>The life of a server process.</summary>
internal static class ServerRun
{
    /// <param name="prepare">What is done with the store before it is served.</param>
    /// <param name="announce">Called when the server is ready, with what can ask it to stop.</param>
    /// <param name="warn">Told what does not work, and does not keep the server from starting.</param>
    public static async Task<int> RunAsync(
        ServerConfig config,
        ServeMode mode,
        StoreAccess access,
        TimeProvider time,
        Action<Store> prepare,
        Func<LedgerServer, Shutdown, Task> announce,
        Action<string> warn)
    {
        ConfigSafety.Check(config, mode);
        if (WriteBackErrors.WhyUnnoticed(Environment.OSVersion.Version) is { } unnoticed)
        {
            warn(unnoticed);
        }

        ServerTrust trust = ServerTrust.Load(config, mode, time);
        using Shutdown shutdown = new(time);
        EventQueue events = new();
        using SigningKey key = LogKeyFile.Load(config.SigningKey);
        using S3ColdStore? bucket = await ColdTier.OpenAsync(config, access, warn).ConfigureAwait(false);
        StoreOptions options = OptionsOf(config, access, key, events, time);
        Store store = Store.Open(options with
        {
            Cold = bucket,
            ColdDirectory = config.Cold?.Directory,
        });
        try
        {
            prepare(store);
            HostSettings settings = new()
            {
                Store = store,
                Config = config,
                Trust = trust,
                Events = events,
                Time = time,
            };
            await ServeAsync(settings, shutdown, announce).ConfigureAwait(false);
        }
        catch (Exception) when (store.Failure is not null)
        {
            // Whatever it met on its way, this is why; it is told below.
        }
        finally
        {
            // Everything is made durable and the last checkpoint is signed; a store that has failed writes nothing.
            store.Dispose();
        }

        // The last flush is a part of an orderly end: without it the end was none.
        return store.Failure is { } failure ? throw StorageFailed(failure) : ExitCode.Clean;
    }

    private static StoreException StorageFailed(Exception failure) => new(
        StoreReason.StorageFailed,
        "the store has stopped, nothing more was acknowledged; look at the disk, then start again. The first failure "
        + $"was: {failure.Message}",
        failure);

    private static async Task ServeAsync(
        HostSettings settings, Shutdown shutdown, Func<LedgerServer, Shutdown, Task> announce)
    {
        LedgerServer server = await LedgerServer.StartAsync(settings).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            await announce(server, shutdown).ConfigureAwait(false);
            await Task.WhenAny(shutdown.Requested, server.Failure).ConfigureAwait(false);
            await server.StopAsync().ConfigureAwait(false);
        }
    }

    private static StoreOptions OptionsOf(
        ServerConfig config, StoreAccess access, SigningKey key, EventQueue events, TimeProvider time) => new()
        {
            Directory = config.Data,
            ReadOnly = access is StoreAccess.Read or StoreAccess.ReadSuspect,
            RequireSoundAudit = true,
            PublicName = config.PublicName,
            JournalBudgetBytes = config.JournalBudgetBytes,
            CacheBytes = config.ReadCacheBytes,
            ReserveBytes = config.ReserveBytes,
            Tiering = new TieringOptions
            {
                BytesPerSecond = config.TiersBytesPerSecond,
                Interval = config.TiersInterval,
            },
            Time = time,
            OnDamage = events.AddDamage,
            Scrub = new ScrubOptions { OnFinding = events.AddFinding },
            KeyForReading = key,
            Signing = access == StoreAccess.Read ? null : new SigningOptions
            {
                Key = key,
                AnchorPath = config.Anchor,
                Interval = config.CheckpointInterval,
                ReadOnlySuspect = access == StoreAccess.ReadSuspect,
                AcceptMissingAnchor = access == StoreAccess.WriteNewAnchor,
            },
        };
}
