// The server of the measurement: the framing alone, without a store behind it, over mutual TLS on loopback.
// Handlers run on the thread pool.
using System.Net;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Protocol;
using LedgerStore.Protocol.Channel;
using LedgerStore.Protocol.Grpc;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Bench.Wire;

internal sealed class WireServer : IDisposable
{
    private const int RecordsMax = 16_384;
    private const int FlushAtBytes = 64 * 1024;
    private static readonly byte[] Bundle = new byte[256 * 1024];

    private readonly X509Certificate2 certificate = WirePki.Create();
    private readonly WebApplication app;

    internal WireServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (client, _, _) => client.Thumbprint == certificate.Thumbprint;
            });
        }));
        app = builder.Build();
        app.MapGrpc(
            new GrpcOptions(),
            grpc => grpc
                .Unary(LedgerMethods.Append, AppendAsync, "bench")
                .Raw(LedgerMethods.AppendStream, AppendStreamAsync, "bench")
                .Raw(LedgerMethods.Read, ReadAsync, "bench"),
            "unknown");
        app.StartAsync().GetAwaiter().GetResult();
        Address = new Uri($"https://localhost:{new Uri(app.Urls.First()).Port}");
    }

    internal Uri Address { get; }

    public void Dispose() => app.DisposeAsync().AsTask().GetAwaiter().GetResult();

    internal RpcChannel Connect(int connections) => new(Address, new RpcChannelOptions
    {
        ClientCertificate = certificate,
        TrustedRoots = [X509CertificateLoader.LoadCertificate(certificate.RawData)],
        Connections = connections,
    });

    private static ValueTask<AppendResponse> AppendAsync(AppendRequest request, ServerCall call) =>
        new(new AppendResponse { FirstIndex = 1, Count = (uint)request.Lengths.Count });

    private static async ValueTask AppendStreamAsync(
        RawMessageReader requests, RawMessageWriter responses, ServerCall call)
    {
        AppendRequestParser parser = new(RecordsMax);
        ulong index = 0;
        while (await requests.ReadAsync())
        {
            // Answers leave together as soon as there is nothing more to read.
            do
            {
                parser.Parse(requests.Current);
                uint count = (uint)parser.Lengths.Length;
                new AppendAnswer { FirstIndex = index, Count = count, ReceivedUnixMicros = 1 }.Write(responses);
                index += count;
            }
            while (requests.TryRead());
            await responses.FlushAsync();
        }
    }

    private static async ValueTask ReadAsync(RawMessageReader requests, RawMessageWriter responses, ServerCall call)
    {
        await requests.ReadAsync();
        ulong limit = ReadRequest.Parser.ParseFrom(requests.Current).Limit;
        for (ulong bundle = 0; bundle < limit; bundle++)
        {
            EntriesMessage.Write(responses, bundle, 256, Bundle);
            if (responses.UnflushedBytes >= FlushAtBytes)
            {
                await responses.FlushAsync();
            }
        }

        await responses.FlushAsync();
    }
}
