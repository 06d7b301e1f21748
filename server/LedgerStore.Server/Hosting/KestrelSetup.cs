// The web server below the services: one TLS listener, bounds on everything a client can make it hold, and logs.
// Used by one thread at start.
using LedgerStore.Server.Config;
using LedgerStore.Server.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Server.Hosting;

/// <summary>Builds the application that the services are mapped on.</summary>
internal static class KestrelSetup
{
    public static WebApplication Build(HostSettings settings, TlsListener listener)
    {
        ServerConfig config = settings.Config;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        LogSetup.Configure(builder.Logging, config);
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = config.ShutdownTimeout);
        builder.Services.AddHostedService(services => new TrustReloader(
            settings.Trust,
            config.ReloadInterval,
            settings.Time,
            services.GetRequiredService<ILogger<TrustReloader>>()));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Limit(kestrel.Limits, config);
            kestrel.AddServerHeader = false;
            kestrel.Listen(config.Listen, listener.Configure);
        });
        WebApplication built = builder.Build();
        built.UseRouting();
        return built;
    }

    private static void Limit(KestrelServerLimits limits, ServerConfig config)
    {
        // A batch of 4 MiB passes a stream's window in four pieces; a connection's window holds what several streams
        // have under way. This is what a stalled handler costs at most.
        const int streamWindow = 1024 * 1024, connectionWindow = 4 * 1024 * 1024;
        limits.MaxConcurrentConnections = config.ConnectionsMax;
        limits.Http2.MaxStreamsPerConnection = config.StreamsPerConnectionMax;
        limits.Http2.InitialStreamWindowSize = streamWindow;
        limits.Http2.InitialConnectionWindowSize = connectionWindow;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
    }
}
