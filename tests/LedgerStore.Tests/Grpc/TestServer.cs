// Our server on a loopback port, with mutual TLS or in plaintext, for one test class.
// Owned by its test.

using System.Net;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Protocol.Channel;
using LedgerStore.Server.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Tests.Grpc;

internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private TestServer(WebApplication app, bool isTls)
    {
        this.app = app;
        IsTls = isTls;
    }

    internal InteropService Service { get; } = new();

    internal HealthService Health { get; } = new();

    internal GrpcOptions Options { get; } = new();

    internal bool IsTls { get; }

    internal Uri Address { get; private set; } = new("http://unset");

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.FromMilliseconds(100));
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }

    internal static Task<TestServer> StartAsync(bool isTls) => StartAsync(isTls, static (_, _) => { });

    /// <summary>Starts a server; the test may change options and add methods.</summary>
    internal static async Task<TestServer> StartAsync(bool isTls, Action<TestServer, GrpcBuilder> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => Listen(listen, isTls));
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        WebApplication built = builder.Build();
        TestServer server = new(built, isTls);
        built.MapGrpc(
            server.Options,
            grpc =>
            {
                server.Service.Register(grpc, "test");
                server.Health.Register(grpc, "health");
                configure(server, grpc);
                ReflectionService.Register(grpc, "reflection");
            },
            "unknown");
        await built.StartAsync();
        server.Address = new Uri(built.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        return server;
    }

    internal RpcChannel Connect() => new(Address, ChannelOptions());

    internal RpcChannelOptions ChannelOptions() => new()
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
