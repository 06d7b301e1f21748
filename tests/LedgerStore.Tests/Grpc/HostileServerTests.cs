// Servers that break the rules, or are not there, against our client: every way ends in a status and a clear sentence.

using System.Net;
using System.Net.Security;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Tests.Grpc.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Xunit;

namespace LedgerStore.Tests.Grpc;

public sealed class HostileServerTests
{
    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(302, StatusCode.Unknown)]
    public async Task Http_statuses_become_statuses(int http, StatusCode code)
    {
        RpcException error = await CallAsync(context =>
        {
            context.Response.StatusCode = http;
            return Task.CompletedTask;
        });
        Assert.Equal(code, error.Code);
        Assert.Contains(http.ToString(), error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_Grpc_is_not_parsed()
    {
        RpcException error = await CallAsync(context => context.Response.WriteAsync("<html>"));
        Assert.Equal(StatusCode.Cancelled, error.Code);
    }

    [Theory]
    [InlineData("", null, StatusCode.Cancelled)] // neither message nor status
    [InlineData("0000000000", null, StatusCode.Cancelled)] // no status
    [InlineData("", "0", StatusCode.Internal)] // OK without a message
    [InlineData("0000000000" + "0000000000", "0", StatusCode.Internal)] // two messages
    [InlineData("000000000a" + "01", "0", StatusCode.Internal)] // a cut message
    [InlineData("0000000002" + "0aff", "0", StatusCode.Internal)] // not protobuf
    [InlineData("0100000000", "0", StatusCode.Internal)] // compressed, with what?
    [InlineData("00ffffffff", "0", StatusCode.Internal)] // 4 GiB announced
    [InlineData("0000400001", "0", StatusCode.ResourceExhausted)] // one byte above 4 MiB announced
    [InlineData("0000000000", "5", StatusCode.NotFound)] // the status counts, not the message
    [InlineData("0000000000", "banana", StatusCode.Cancelled)]
    [InlineData("0000000000", "999", (StatusCode)999)]
    public async Task Broken_answers_are_errors(string hex, string? status, StatusCode code)
    {
        RpcException error = await CallAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.StartAsync();
            await context.Response.BodyWriter.WriteAsync(Convert.FromHexString(hex));
            if (status is not null)
            {
                context.Response.AppendTrailer("grpc-status", status);
                context.Response.AppendTrailer("grpc-message", "bad %zz %C3");
                context.Response.AppendTrailer("grpc-status-details-bin", "AQID");
            }
        });
        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData(7, StatusCode.Unavailable)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    [InlineData(12, StatusCode.PermissionDenied)]
    public async Task Reset_streams_become_statuses(int http2Error, StatusCode code)
    {
        RpcException error = await CallAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.StartAsync();
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(http2Error);
        });
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task Nobody_listening_is_unavailable()
    {
        using LedgerChannel channel = new(new Uri("http://127.0.0.1:1"), new ChannelSettings { AllowPlaintext = true });
        RpcException error = await FailAsync(channel);
        Assert.Equal(StatusCode.Unavailable, error.Code);
        Assert.Contains("no connection to 127.0.0.1:1", error.Detail, StringComparison.Ordinal);
        using DuplexStream<EchoRequest, EchoResponse> call = channel.Duplex(InteropMethods.Duplex, default);
        error = await Assert.ThrowsAsync<RpcException>(async () => await call.Responses.ReadAsync());
        Assert.Equal(StatusCode.Unavailable, error.Code);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_trusted()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true);
        TestPki other = new();
        using LedgerChannel channel = new(server.Address, new ChannelSettings
        {
            ClientCertificate = TestPki.Shared.Client,
            TrustedRoots = other.Roots,
        });
        RpcException error = await FailAsync(channel);
        Assert.Equal(StatusCode.Unavailable, error.Code);
        Assert.Contains("no secure connection", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_another_name_is_not_trusted()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true);
        using LedgerChannel channel = new(server.Address, new ChannelSettings
        {
            ClientCertificate = TestPki.Shared.Client,
            TrustedRoots = TestPki.Shared.Roots,
            ServerName = "ledger.example.org",
        });
        Assert.Equal(StatusCode.Unavailable, (await FailAsync(channel)).Code);
    }

    [Fact]
    public async Task A_client_certificate_is_no_server_certificate()
    {
        SslServerAuthenticationOptions tls = new()
        {
            ServerCertificate = TestPki.Shared.Client,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        };
        await using WebApplication app = await StartAsync(
            _ => Task.CompletedTask,
            listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(tls) }));
        using LedgerChannel channel = new(AddressOf(app, "https"), new ChannelSettings
        {
            TrustedRoots = TestPki.Shared.Roots,
        });
        RpcException error = await FailAsync(channel);
        Assert.Equal(StatusCode.Unavailable, error.Code);
        Assert.Contains("no secure connection", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_client_certificate_the_server_refuses()
    {
        await using TestServer server = await TestServer.StartAsync(isTls: true);
        using LedgerChannel channel = new(server.Address, new ChannelSettings { TrustedRoots = TestPki.Shared.Roots });
        RpcException error = await FailAsync(channel);
        Assert.Equal(StatusCode.Unavailable, error.Code);
        Assert.Contains("connection to localhost", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Plaintext_needs_to_be_asked_for() =>
        Assert.Throws<ArgumentException>(() => new LedgerChannel(new Uri("http://localhost"), new ChannelSettings()));

    private static async Task<RpcException> CallAsync(RequestDelegate answer)
    {
        await using WebApplication app = await StartAsync(answer, static _ => { });
        using LedgerChannel channel = new(AddressOf(app, "http"), new ChannelSettings { AllowPlaintext = true });
        return await FailAsync(channel);
    }

    private static async Task<RpcException> FailAsync(LedgerChannel channel) => await Assert.ThrowsAsync<RpcException>(
        async () => await channel.UnaryAsync(InteropMethods.Unary, new EchoRequest()));

    private static Uri AddressOf(WebApplication app, string scheme) =>
        new($"{scheme}://localhost:{new Uri(app.Urls.First()).Port}");

    private static async Task<WebApplication> StartAsync(RequestDelegate answer, Action<ListenOptions> listening)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listening(listen);
        }));
        WebApplication app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}
