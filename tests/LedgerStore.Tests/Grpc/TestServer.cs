// Our server on a loopback port, with mutual TLS or in plaintext, for one test class.
// Owned by its test.

using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.AspNetCore.Server;
using Grpc.HealthCheck;
using LedgerStore.Client;
using LedgerStore.Server.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Tests.Grpc;

internal sealed class TestServer : IAsyncDisposable
{
    private WebApplication _app = null!;

    private TestServer(bool isTls) => IsTls = isTls;

    internal InteropService Service { get; } = new();

    internal HealthServiceImpl Health { get; } = new();

    internal bool IsTls { get; }

    internal Uri Address { get; private set; } = new("http://unset");

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    internal static Task<TestServer> StartAsync(bool isTls) => StartAsync(isTls, static _ => { });

    /// <summary>Starts a server; the test may add methods.</summary>
    internal static Task<TestServer> StartAsync(bool isTls, Action<CallBinder> register) =>
        StartAsync(isTls, register, static _ => { });

    /// <summary>Starts a server; the test may add methods and what is served beside them.</summary>
    internal static Task<TestServer> StartAsync(
        bool isTls, Action<CallBinder> register, Action<WebApplication> map) =>
        StartAsync(isTls, register, static _ => { }, map);

    /// <summary>Starts a server; the test may add methods and change the options of gRPC.</summary>
    internal static async Task<TestServer> StartAsync(
        bool isTls,
        Action<CallBinder> register,
        Action<GrpcServiceOptions> change,
        Action<WebApplication>? map = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => Listen(listen, isTls));
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        CallMethods.Add(builder.Services, register);
        builder.Services.Configure<GrpcServiceOptions>(options =>
        {
            options.IgnoreUnknownServices = false;
            change(options);
        });
        TestServer server = new(isTls);
        builder.Services.AddSingleton(server.Service).AddSingleton(server.Health);
        builder.Services.AddGrpcReflection();
        server._app = builder.Build();
        server._app.MapGrpcService<InteropService>();
        server._app.MapGrpcService<CallMethods>();
        server._app.MapGrpcService<HealthServiceImpl>();
        server._app.MapGrpcReflectionService();
        map?.Invoke(server._app);
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        return server;
    }

    internal LedgerChannel Connect() => new(Address, ChannelOptions());

    internal ChannelSettings ChannelOptions() => new()
    {
        AllowPlaintext = !IsTls,
        ClientCertificate = IsTls ? TestPki.Shared.Client : null,
        TrustedRoots = TestPki.Shared.Roots,
    };

    private static void Listen(ListenOptions listen, bool isTls)
    {
        listen.Protocols = HttpProtocols.Http2;
        if (!isTls)
        {
            return;
        }

        listen.UseHttps(https =>
        {
            https.ServerCertificate = TestPki.Shared.Server;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) =>
            {
                using X509Chain chain = new();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.AddRange(TestPki.Shared.Roots);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return chain.Build(certificate);
            };
        });
    }
}
