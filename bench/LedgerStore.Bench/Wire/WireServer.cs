// The server of the measurement: the framing alone, without a store behind it, over mutual TLS on loopback.
// Handlers run on the thread pool.
using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using LedgerStore.Client;
using LedgerStore.Protocol;
using LedgerStore.Protocol.V1;
using LedgerStore.Protocol.Wire;
using LedgerStore.Server.Calls;
using LedgerStore.Server.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Bench.Wire;

internal sealed class WireServer : IDisposable
{
    private const int RecordsMax = 16_384;
    private static readonly WriteOptions s_atOnce = new();
    private static readonly WriteOptions s_buffered = new(WriteFlags.BufferHint);
    private static readonly Method<ReadRequest, WireMessage> s_read = new(
        LedgerMethods.Read.Type,
        LedgerMethods.Read.ServiceName,
        LedgerMethods.Read.Name,
        LedgerMethods.Read.RequestMarshaller,
        WireMessage.Marshaller);

    private static readonly byte[] s_bundle = new byte[256 * 1024];

    private readonly X509Certificate2 _certificate = WirePki.Create();
    private readonly WebApplication _app;

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
                https.ServerCertificate = _certificate;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (client, _, _) => client.Thumbprint == _certificate.Thumbprint;
            });
        }));
        CallMethods.Add(builder.Services, static grpc => grpc
            .Unary(LedgerMethods.Append, AppendAsync)
            .Duplex(WireMethods.OnServer(LedgerMethods.AppendStream), AppendStreamAsync)
            .ServerStreaming(s_read, ReadAsync));
        _app = builder.Build();
        _app.MapGrpcService<CallMethods>();
        _app.StartAsync().GetAwaiter().GetResult();
        Address = new Uri($"https://localhost:{new Uri(_app.Urls.First()).Port}");
    }

    internal Uri Address { get; }

    public void Dispose() => _app.DisposeAsync().AsTask().GetAwaiter().GetResult();

    internal LedgerChannel Connect(int connections) => new(Address, new ChannelSettings
    {
        ClientCertificate = _certificate,
        TrustedRoots = [X509CertificateLoader.LoadCertificate(_certificate.RawData)],
        Connections = connections,
    });

    private static ValueTask<AppendResponse> AppendAsync(AppendRequest request, ServerCallContext call) =>
        new(new AppendResponse { FirstIndex = 1, Count = (uint)request.Lengths.Count });

    private static async ValueTask AppendStreamAsync(
        IAsyncStreamReader<ReceivedMessage> requests,
        IServerStreamWriter<WireMessage> responses,
        ServerCallContext call)
    {
        AppendRequestParser parser = new(RecordsMax);
        AnswerMessage answer = new();
        ulong index = 0;
        Task<bool> next = requests.MoveNext(CancellationToken.None);
        while (await next)
        {
            uint count;
            using (ReceivedMessage request = requests.Current)
            {
                parser.Parse(request.Bytes);
                count = (uint)parser.Lengths.Length;
            }

            answer.Answer = new AppendAnswer { FirstIndex = index, Count = count, ReceivedUnixMicros = 1 };
            index += count;

            // Answers leave together as soon as there is nothing more to read.
            next = requests.MoveNext(CancellationToken.None);
            responses.WriteOptions = next.IsCompletedSuccessfully && next.Result ? s_buffered : s_atOnce;
            await responses.WriteAsync(answer);
        }
    }

    private static async ValueTask ReadAsync(
        ReadRequest request, IServerStreamWriter<WireMessage> responses, ServerCallContext call)
    {
        EntriesToSend entries = new();
        for (ulong bundle = 0; bundle < request.Limit; bundle++)
        {
            entries.First = bundle;
            await responses.WriteAsync(entries);
        }
    }

    private sealed class EntriesToSend : WireMessage
    {
        internal ulong First { get; set; }

        public override int Length => EntriesMessage.LengthOf(First, 256, s_bundle.Length);

        public override void WriteTo(IBufferWriter<byte> writer) =>
            EntriesMessage.Write(writer, First, 256, s_bundle);
    }
}
