// A running server: Kestrel, the services on it, and the timers beside it. Started and stopped by one thread; calls run
// on the thread pool.
using LedgerStore.Server.Audit;
using LedgerStore.Server.Grpc;
using LedgerStore.Server.Rights;
using LedgerStore.Server.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Hosting;

/// <summary>The server.</summary>
internal sealed class LedgerServer : IAsyncDisposable
{
    private readonly HostSettings settings;
    private readonly WebApplication app;
    private readonly OpenStreams streams = new();
    private readonly AccessRecorder recorder;
    private readonly CancellationTokenSource stopping = new();
    private Task beat = Task.CompletedTask;
    private bool isStopped;

    private LedgerServer(HostSettings settings)
    {
        this.settings = settings;
        Audit = AuditLog.Open(settings.Store);
        recorder = new AccessRecorder(Audit, settings.Time);
        CallServices services = new(settings.Store, settings.Policy, recorder, Audit, settings.Time)
        {
            RecordInterval = settings.RecordInterval,
            HeartbeatInterval = settings.HeartbeatInterval,
        };
        app = Build(settings);
        CallGuard guard = new(services, settings.Identify, streams);
        app.MapGrpc(OptionsOf(guard), grpc => GrpcServices.Register(grpc, Health), CallRule.Unknown);
        settings.Policy.Swapped = streams.CheckAll;
    }

    public AuditLog Audit { get; }

    public HealthService Health { get; } = new();

    /// <summary>Where it listens, with the port that the system chose if none was named.</summary>
    public Uri Address { get; private set; } = new("https://unset");

    /// <summary>Starts to serve.</summary>
    public static async Task<LedgerServer> StartAsync(HostSettings settings)
    {
        LedgerServer server = new(settings);
        EndpointRules.Check(((IEndpointRouteBuilder)server.app).DataSources.SelectMany(source => source.Endpoints));
        await server.app.StartAsync().ConfigureAwait(false);
        server.Address = new Uri(server.app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        server.beat = server.BeatAsync();
        server.Health.Set(string.Empty, isServing: true);
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
        Health.Set(string.Empty, isServing: false);
        streams.EndAll();
        using CancellationTokenSource patience = new(settings.ShutdownTimeout);
        await app.StopAsync(patience.Token).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await beat.ConfigureAwait(false);
        await recorder.FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    private static WebApplication Build(HostSettings settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        settings.ConfigureLogging(builder.Logging);
        builder.Services.AddRouting();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(
            host => host.ShutdownTimeout = settings.ShutdownTimeout);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Limit(kestrel.Limits, settings);
            kestrel.AddServerHeader = false;
            kestrel.Listen(settings.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                settings.UseTls(listen);
            });
        });
        WebApplication built = builder.Build();
        built.UseRouting();
        return built;
    }

    private static void Limit(KestrelServerLimits limits, HostSettings settings)
    {
        // A batch of 4 MiB passes a stream's window in four pieces; a connection's window holds what several streams
        // have under way. This is what a stalled handler costs at most.
        const int streamWindow = 1024 * 1024, connectionWindow = 4 * 1024 * 1024;
        limits.MaxConcurrentConnections = settings.ConnectionsMax;
        limits.Http2.MaxStreamsPerConnection = settings.StreamsPerConnectionMax;
        limits.Http2.InitialStreamWindowSize = streamWindow;
        limits.Http2.InitialConnectionWindowSize = connectionWindow;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
    }

    private static GrpcOptions OptionsOf(CallGuard guard) => new()
    {
        Interceptor = guard.RunAsync,
        MapException = StoreErrors.Translate,
        ReceiveBytesMax = RequestLimits.MessageBytesMax,
    };

    // Sums are written, and open streams looked at again, once a second.
    private async Task BeatAsync()
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1), settings.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
            {
                await recorder.FlushAsync().ConfigureAwait(false);
                streams.CheckAll();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
