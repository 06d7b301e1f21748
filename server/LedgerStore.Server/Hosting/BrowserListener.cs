// The page's own listener: TLS without a client certificate, sign-in with OpenID Connect, and the calls that read and
// verify, behind the same guard as on the other one.
// Started and stopped by one thread; requests run on the thread pool.
using LedgerStore.Server.Audit;
using LedgerStore.Server.Browsers;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Rights;
using LedgerStore.Server.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Hosting;

/// <summary>Serves the page.</summary>
internal sealed class BrowserListener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BrowserListener(
        HostSettings settings,
        TlsListener tls,
        CallGuard guard,
        IdentityService identities,
        AccessRecorder recorder)
    {
        ConsoleConfig config = settings.Config.Console!;
        Sessions = new SessionBook(settings.Time);
        SignInFlow flow = new(config.Oidc, Sessions, identities, recorder, settings.Time);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        LogSetup.Configure(builder.Logging, settings.Config);
        settings.Logging(builder.Logging);
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Config.ShutdownTimeout);
        CallMethods.Add(builder.Services, GrpcServices.RegisterForBrowsers);
        OidcSetup.Add(builder.Services, config.Oidc, flow);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel.Limits, settings.Config);
            kestrel.AddServerHeader = false;
            kestrel.Listen(config.Listen, tls.Configure);
        });
        _app = builder.Build();
        BrowserDoor door = new(
            config,
            new PageFacts(settings.Config, identities),
            Sessions,
            flow,
            recorder,
            _app.Services.GetRequiredService<ILogger<BrowserDoor>>());
        // The framework would put its own middleware before everything; the door asks the handler itself, and only for
        // what comes back from the provider.
        ((IApplicationBuilder)_app).Properties["__AuthenticationMiddlewareSet"] = true;
        _app.Use(door.RunAsync);
        _app.UseRouting();
        _app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        _app.Use(guard.RunAsync);
        _app.MapGrpcService<CallMethods>();

        // Never run: the guard answers for what is not there.
        _app.MapFallback("{**path}", static context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }).WithMetadata(CallRule.Unknown);
    }

    /// <summary>Who is signed in.</summary>
    public SessionBook Sessions { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("https://unset");

    public static async Task<BrowserListener> StartAsync(
        HostSettings settings,
        TlsListener tls,
        CallGuard guard,
        IdentityService identities,
        AccessRecorder recorder)
    {
        BrowserListener listener = new(settings, tls, guard, identities, recorder);
        EndpointRules.Check(((IEndpointRouteBuilder)listener._app).DataSources.SelectMany(source => source.Endpoints));
        await listener._app.StartAsync().ConfigureAwait(false);
        listener.Address = new Uri(listener._app.Urls.First());
        return listener;
    }

    /// <summary>Lets calls finish, as long as the token allows.</summary>
    public Task StopAsync(CancellationToken patience) => _app.StopAsync(patience);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Limit(KestrelServerLimits limits, ServerConfig config)
    {
        limits.MaxConcurrentConnections = config.ConnectionsMax;
        limits.Http2.MaxStreamsPerConnection = config.StreamsPerConnectionMax;
        limits.MaxRequestBodySize = ServerLimits.BrowserRequestBytes;
        limits.MaxRequestHeadersTotalSize = ServerLimits.HeaderBytes;
        limits.MaxRequestHeaderCount = ServerLimits.Headers;
        limits.MaxRequestLineSize = ServerLimits.BrowserLineBytes;
    }
}
