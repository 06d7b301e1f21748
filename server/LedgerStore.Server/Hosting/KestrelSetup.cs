// The web server below the services: one TLS listener, bounds on everything a client can make it hold, and logs.
// Used by one thread at start.
using LedgerStore.Server.Config;
using LedgerStore.Server.Tls;
using LedgerStore.Server.Trust;
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
        settings.Logging(builder.Logging);
        builder.Services.AddRouting();
        GrpcServices.Add(builder.Services);
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
        limits.MaxConcurrentConnections = config.ConnectionsMax;
        limits.Http2.MaxStreamsPerConnection = config.StreamsPerConnectionMax;
        limits.Http2.InitialStreamWindowSize = ServerLimits.StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = ServerLimits.ConnectionWindowBytes;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        limits.MaxRequestHeadersTotalSize = ServerLimits.HeaderBytes;
        limits.MaxRequestHeaderCount = ServerLimits.Headers;
    }
}
