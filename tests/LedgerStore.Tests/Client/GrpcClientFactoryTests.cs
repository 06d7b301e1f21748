// Generated clients from gRPC's client factory: with the certificates and the limits of a LedgerClient.

using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Client.AspNetCore;
using LedgerStore.Tests.Grpc;
using LedgerStore.Tests.Grpc.V1;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace LedgerStore.Tests.Client;

public sealed class GrpcClientFactoryTests
{
    [Fact]
    public async Task A_generated_client_connects_by_mutual_tls_and_keeps_the_limits()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true);
        await using ServiceProvider provider = Connect(server, TestPki.Shared.Client);
        Interop.InteropClient client = provider.GetRequiredService<Interop.InteropClient>();
        Assert.Equal(0u, (await client.UnaryAsync(new EchoRequest())).Index);
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await client.UnaryAsync(new EchoRequest { ResponseBytes = 5_000_000 }));
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Without_a_certificate_it_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true);
        await using ServiceProvider provider = Connect(server, certificate: null);
        Interop.InteropClient client = provider.GetRequiredService<Interop.InteropClient>();
        await Assert.ThrowsAsync<RpcException>(async () => await client.UnaryAsync(new EchoRequest()));
    }

    private static ServiceProvider Connect(TestServer server, X509Certificate2? certificate)
    {
        ServiceCollection services = new();
        services.AddLedgerGrpcClient<Interop.InteropClient>(new LedgerClientOptions
        {
            Address = server.Address,
            Certificate = certificate,
            TrustedRoots = TestPki.Shared.Roots,
        });
        return services.BuildServiceProvider();
    }
}
