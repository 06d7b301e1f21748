// A running server: the services on Kestrel, the trust they stand on, and the timer beside them. Started and stopped by
// one thread; calls run on the thread pool.
using Grpc.HealthCheck;
using LedgerStore.Engine;
using LedgerStore.Server.Audit;
using LedgerStore.Server.Config;
using LedgerStore.Server.Disk;
using LedgerStore.Server.Following;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Metrics;
using LedgerStore.Server.Operations;
using LedgerStore.Server.Rights;
using LedgerStore.Server.Tiles;
using LedgerStore.Server.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace LedgerStore.Server.Hosting;

/// <summary>The server.</summary>
internal sealed class LedgerServer : IAsyncDisposable
{
    private readonly HostSettings settings;
    private readonly WebApplication app;
    private readonly TlsMetrics tlsMetrics;
    private readonly IdentityService identities;
    private readonly OpenStreams streams;
    private readonly FollowerTurns turns;
    private readonly Followers followers;
    private readonly AccessRecorder recorder;
    private readonly ChangeRecorder changes;
    private readonly Heart heart;
    private readonly ServerMetrics metrics;
    private readonly DiskWatch disk;
    private readonly ServerLog log;
    private OperationsListener? operations;
    private OtlpExport? otlp;
    private bool isStopped;

    private LedgerServer(HostSettings settings)
    {
        this.settings = settings;
        Audit = AuditLog.Open(settings.Store);
        recorder = new AccessRecorder(Audit, settings.Time);
        disk = new DiskWatch(settings.Config.Data, settings.Time);
        settings.Events.NameOf = settings.Store.NameOf;
        changes = new ChangeRecorder(
            Audit, settings.Events, settings.Config.Policy, settings.Config.Anchor + ".policy");
        tlsMetrics = new TlsMetrics(settings.Trust, settings.Time);
        TlsListener listener = new(settings.Trust, tlsMetrics, LimitsOf(settings.Config), settings.Time);
        identities = new IdentityService(settings.Trust, settings.Time);
        PolicyInForce policy = new(settings.Trust, settings.Time);
        streams = new OpenStreams(identities, settings.Config.StreamsMax, settings.Config.StreamsPerIdentityMax);
        turns = new FollowerTurns(ServerLimits.FollowersAtOnce, settings.Time);
        followers = new Followers(turns, settings.HeartbeatInterval, settings.Time);
        CallServices services = new(settings.Store, policy, recorder, Audit, settings.Time)
        {
            RecordInterval = settings.RecordInterval,
            HeartbeatInterval = settings.HeartbeatInterval,
            Followers = followers,
            Disk = disk,
        };
        listener.Failed += NoteHandshake;
        identities.Changed += (_, _) => streams.CheckAll();
        settings.Trust.Changed += (_, change) => changes.TrustChanged(change);
        app = KestrelSetup.Build(settings, listener);
        Health = app.Services.GetRequiredService<HealthServiceImpl>();
        log = new ServerLog(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("LedgerStore.Server"));
        metrics = new ServerMetrics(() => (streams.Count, streams.Refused), Audit, recorder, disk, settings.Store);
        GrpcServices.Map(app, new CallGuard(services, identities, streams, metrics), settings.Config.GrpcWeb);
        app.MapTiles(services, identities);
        heart = new Heart(settings, recorder, Audit, streams, disk, Health, log);
    }

    public AuditLog Audit { get; }

    /// <summary>What load balancers and orchestrators ask.</summary>
    public HealthServiceImpl Health { get; }

    /// <summary>Completes when the store has failed: nothing more is acknowledged, and the process must end.</summary>
    public Task<Exception> Failure => heart.Failure;

    /// <summary>Where it listens, with the port that the system chose if none was named.</summary>
    public Uri Address { get; private set; } = new("https://unset");

    /// <summary>Streams that are open now.</summary>
    public int OpenStreamCount => streams.Count;

    /// <summary>Ledgers that somebody follows now.</summary>
    public int FollowedLedgers => followers.Hubs;

    /// <summary>Where metrics and health are served, if anywhere.</summary>
    public Uri? OperationsAddress => operations?.Address;

    /// <summary>Starts to serve.</summary>
    public static async Task<LedgerServer> StartAsync(HostSettings settings)
    {
        LedgerServer server = new(settings);
        EndpointRules.Check(((IEndpointRouteBuilder)server.app).DataSources.SelectMany(source => source.Endpoints));
        await server.RecordStartAsync().ConfigureAwait(false);
        await server.app.StartAsync().ConfigureAwait(false);
        await server.OpenToOperatorAsync().ConfigureAwait(false);
        server.Address = AddressOf(server.app.Urls.First());
        server.heart.Start();
        server.Health.SetStatus(string.Empty, ServingStatus.Serving);
        return server;
    }

    /// <summary>Ends open streams, lets calls finish, writes the last sums, and stops.</summary>
    public async Task StopAsync()
    {
        if (isStopped)
        {
            return;
        }

        isStopped = true;
        Health.SetStatus(string.Empty, ServingStatus.NotServing);
        streams.EndAll();
        using CancellationTokenSource patience = new(settings.Config.ShutdownTimeout);
        await app.StopAsync(patience.Token).ConfigureAwait(false);
        await heart.StopAsync().ConfigureAwait(false);
        await changes.StoppedAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        if (operations is not null)
        {
            await operations.DisposeAsync().ConfigureAwait(false);
        }

        turns.Dispose();
        otlp?.Dispose();
        metrics.Dispose();
        tlsMetrics.Dispose();
    }

    private async Task RecordStartAsync()
    {
        if (Audit.IsReadOnly)
        {
            log.ReadOnly();
        }

        foreach (LedgerDescription damaged in settings.Store.DescribeInUse().Where(each => each.Damage is not null))
        {
            log.Damaged(damaged.Name, damaged.Damage!);
            settings.Events.AddDamage(new DamageReport(
                damaged.Id,
                damaged.FoundSize,
                damaged.Size - damaged.FoundSize,
                $"ledgers/{damaged.Id}",
                -1,
                damaged.Damage!));
        }

        if (await changes.StartedAsync(settings.Trust.Current.Policy).ConfigureAwait(false) is { } change)
        {
            metrics.HasPolicyChangedWhileDown = true;
            log.PolicyChangedWhileDown(change.Difference);
        }
    }

    private async Task OpenToOperatorAsync()
    {
        if (settings.Config.MetricsListen is { } listen)
        {
            TlsListener door = new(settings.Trust, tlsMetrics, LimitsOf(settings.Config), settings.Time)
            {
                IsCertificateOptional = true,
            };
            door.Failed += NoteHandshake;
            OperationsDoor access = new(settings.Config.MetricsAccess, door, identities, recorder);
            operations = await OperationsListener.StartAsync(listen, access, Readiness())
                .ConfigureAwait(false);
        }

        if (settings.Config.MetricsOtlp is { } endpoint)
        {
            otlp = new OtlpExport(endpoint, settings.Config.PublicName);
        }
    }

    private void NoteHandshake(object? sender, HandshakeFailure failure) =>
        recorder.HandshakeFailed(AuditText.Prefix(failure.Address), failure.Reason.Code());

    private static ConnectionLimits LimitsOf(ServerConfig config) =>
        new(config.ConnectionsMax, config.ConnectionsPerAddressMax, config.HandshakesPerSecond);

    private Readiness Readiness() => new(() =>
        isStopped ? "stopping"
        : settings.Store.Failure is { } failure ? $"the store has stopped: {failure.Message}"
        : null,
        () => settings.Store.Disk);

    // Certificates of this machine carry its name; an address that means "all" is no address to connect to.
    private static Uri AddressOf(string url) => new(url
        .Replace("127.0.0.1", "localhost", StringComparison.Ordinal)
        .Replace("0.0.0.0", "localhost", StringComparison.Ordinal)
        .Replace("[::]", "localhost", StringComparison.Ordinal));
}
