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
using LedgerStore.WebPage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace LedgerStore.Server.Hosting;

/// <summary>The server.</summary>
internal sealed class LedgerServer : IAsyncDisposable
{
    private readonly HostSettings _settings;
    private readonly WebApplication _app;
    private readonly TlsMetrics _tlsMetrics;
    private readonly IdentityService _identities;
    private readonly OpenStreams _streams;
    private readonly FollowerTurns _turns;
    private readonly Followers _followers;
    private readonly AccessRecorder _recorder;
    private readonly ChangeRecorder _changes;
    private readonly Heart _heart;
    private readonly ServerMetrics _metrics;
    private readonly DiskWatch _disk;
    private readonly ServerLog _log;
    private readonly CallGuard _guard;
    private OperationsListener? _operations;
    private BrowserListener? _browsers;
    private OtlpExport? _otlp;
    private bool _isStopped;

    private LedgerServer(HostSettings settings)
    {
        _settings = settings;
        Audit = AuditLog.Open(settings.Store);
        _recorder = new AccessRecorder(Audit, settings.Time);
        _disk = new DiskWatch(settings.Config.Data, settings.Time);
        History history = new(settings.Store, _disk, settings.Time);
        settings.Events.NameOf = settings.Store.NameOf;
        _changes = new ChangeRecorder(
            Audit, settings.Events, settings.Config.Policy, settings.Config.Anchor + ".policy");
        _tlsMetrics = new TlsMetrics(settings.Trust, settings.Time);
        TlsListener listener = new(settings.Trust, _tlsMetrics, LimitsOf(settings.Config), settings.Time);
        _identities = new IdentityService(settings.Trust, settings.Time);
        PolicyInForce policy = new(settings.Trust, settings.Time);
        _streams = new OpenStreams(_identities, settings.Config.StreamsMax, settings.Config.StreamsPerIdentityMax);
        _turns = new FollowerTurns(ServerLimits.FollowersAtOnce, settings.Time);
        _followers = new Followers(_turns, settings.HeartbeatInterval, settings.Time);
        CallServices services = new(settings.Store, policy, _recorder, Audit, settings.Time)
        {
            RecordInterval = settings.RecordInterval,
            HeartbeatInterval = settings.HeartbeatInterval,
            Followers = _followers,
            Disk = _disk,
            History = history,
        };
        listener.Failed += NoteHandshake;
        _identities.Changed += (_, _) => _streams.CheckAll();
        settings.Trust.Changed += (_, change) => _changes.TrustChanged(change);
        _app = KestrelSetup.Build(settings, listener);
        Health = _app.Services.GetRequiredService<HealthServiceImpl>();
        _log = new ServerLog(_app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("LedgerStore.Server"));
        _metrics = new ServerMetrics(() => (_streams.Count, _streams.Refused), Audit, _recorder, _disk, settings.Store);
        _guard = new CallGuard(services, _identities, _streams, _metrics);
        GrpcServices.Map(_app, _guard, settings.Config.GrpcWeb);
        _app.MapTiles(services, _identities);
        _heart = new Heart(settings, _recorder, Audit, _streams, _disk, history, Health, _log);
    }

    public AuditLog Audit { get; }

    /// <summary>What load balancers and orchestrators ask.</summary>
    public HealthServiceImpl Health { get; }

    /// <summary>Completes when the store has failed: nothing more is acknowledged, and the process must end.</summary>
    public Task<Exception> Failure => _heart.Failure;

    /// <summary>Where it listens, with the port that the system chose if none was named.</summary>
    public Uri Address { get; private set; } = new("https://unset");

    /// <summary>Streams that are open now.</summary>
    public int OpenStreamCount => _streams.Count;

    /// <summary>Ledgers that somebody follows now.</summary>
    public int FollowedLedgers => _followers.Hubs;

    /// <summary>Where metrics and health are served, if anywhere.</summary>
    public Uri? OperationsAddress => _operations?.Address;

    /// <summary>Where the page for browsers is served, if anywhere.</summary>
    public Uri? BrowserAddress => _browsers?.Address;

    /// <summary>Starts to serve.</summary>
    public static async Task<LedgerServer> StartAsync(HostSettings settings)
    {
        LedgerServer server = new(settings);
        EndpointRules.Check(((IEndpointRouteBuilder)server._app).DataSources.SelectMany(source => source.Endpoints));
        await server.RecordStartAsync().ConfigureAwait(false);
        await server._app.StartAsync().ConfigureAwait(false);
        await server.OpenToOperatorAsync().ConfigureAwait(false);
        await server.OpenToBrowsersAsync().ConfigureAwait(false);
        server.Address = AddressOf(server._app.Urls.First());
        server._heart.Start();
        server.Health.SetStatus(string.Empty, ServingStatus.Serving);
        return server;
    }

    /// <summary>Ends open streams, lets calls finish, writes the last sums, and stops.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        Health.SetStatus(string.Empty, ServingStatus.NotServing);
        _streams.EndAll();
        using CancellationTokenSource patience = new(_settings.Config.ShutdownTimeout);
        await Task.WhenAll(
            _app.StopAsync(patience.Token),
            _browsers?.StopAsync(patience.Token) ?? Task.CompletedTask).ConfigureAwait(false);
        await _heart.StopAsync().ConfigureAwait(false);
        await _changes.StoppedAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        if (_browsers is not null)
        {
            await _browsers.DisposeAsync().ConfigureAwait(false);
        }

        if (_operations is not null)
        {
            await _operations.DisposeAsync().ConfigureAwait(false);
        }

        _turns.Dispose();
        _otlp?.Dispose();
        _metrics.Dispose();
        _tlsMetrics.Dispose();
    }

    private async Task RecordStartAsync()
    {
        if (Audit.IsReadOnly)
        {
            _log.ReadOnly();
        }

        foreach (LedgerDescription damaged in _settings.Store.DescribeInUse().Where(each => each.Damage is not null))
        {
            _log.Damaged(damaged.Name, damaged.Damage!);
            _settings.Events.AddDamage(new DamageReport(
                damaged.Id,
                damaged.FoundSize,
                damaged.Size - damaged.FoundSize,
                $"ledgers/{damaged.Id}",
                -1,
                damaged.Damage!));
        }

        if (await _changes.StartedAsync(_settings.Trust.Current.Policy).ConfigureAwait(false) is { } change)
        {
            _metrics.HasPolicyChangedWhileDown = true;
            _log.PolicyChangedWhileDown(change.Difference);
        }
    }

    private async Task OpenToOperatorAsync()
    {
        if (_settings.Config.MetricsListen is { } listen)
        {
            TlsListener door = new(_settings.Trust, _tlsMetrics, LimitsOf(_settings.Config), _settings.Time)
            {
                IsCertificateOptional = true,
            };
            door.Failed += NoteHandshake;
            OperationsDoor access = new(_settings.Config.MetricsAccess, door, _identities, _recorder);
            _operations = await OperationsListener.StartAsync(listen, access, Readiness())
                .ConfigureAwait(false);
        }

        if (_settings.Config.MetricsOtlp is { } endpoint)
        {
            _otlp = new OtlpExport(endpoint, _settings.Config.PublicName);
        }
    }

    // What the page is made of is on record before anybody was served by it.
    private async Task OpenToBrowsersAsync()
    {
        if (_settings.Config.Console is not { } console)
        {
            return;
        }

        if (!Audit.IsReadOnly)
        {
            await Audit.AppendAsync(ChangeRecorder.LifecycleOf(
                "console", $"serves the page with SHA-256 {PageAssets.Embedded.Sha256} at {console.Address}"))
                .ConfigureAwait(false);
        }

        TlsListener door = new(_settings.Trust, _tlsMetrics, LimitsOf(_settings.Config), _settings.Time)
        {
            IsForBrowsers = true,
        };
        door.Failed += NoteHandshake;
        _browsers = await BrowserListener.StartAsync(_settings, door, _guard, _identities, _recorder)
            .ConfigureAwait(false);
    }

    private void NoteHandshake(object? sender, HandshakeFailure failure) =>
        _recorder.HandshakeFailed(AuditText.Prefix(failure.Address), failure.Reason.Code());

    private static ConnectionLimits LimitsOf(ServerConfig config) =>
        new(config.ConnectionsMax, config.ConnectionsPerAddressMax, config.HandshakesPerSecond);

    private Readiness Readiness() => new(() =>
        _isStopped ? "stopping"
        : _settings.Store.Failure is { } failure ? $"the store has stopped: {failure.Message}"
        : null,
        () => _settings.Store.Disk);

    // Certificates of this machine carry its name; an address that means "all" is no address to connect to.
    private static Uri AddressOf(string url) => new(url
        .Replace("127.0.0.1", "localhost", StringComparison.Ordinal)
        .Replace("0.0.0.0", "localhost", StringComparison.Ordinal)
        .Replace("[::]", "localhost", StringComparison.Ordinal));
}
