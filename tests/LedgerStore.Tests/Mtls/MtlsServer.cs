// The real listener on a loopback port, with files that the test may exchange, and one endpoint that says who calls.
// Owned by its test.
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using LedgerStore.Pki;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Tls;
using LedgerStore.Server.Trust;
using LedgerStore.Tests.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LedgerStore.Tests.Mtls;

internal sealed class MtlsServer : IAsyncDisposable
{
    // Only so that a test that would wait for ever says which one it is.
    private static readonly TimeSpan s_hangUp = TimeSpan.FromMinutes(2);

    private readonly ConfigDirectory _directory;
    private readonly TlsMetrics _metrics;
    private readonly Channel<HandshakeFailure> _failures = Channel.CreateUnbounded<HandshakeFailure>();
    private readonly Channel<TrustChange> _changes = Channel.CreateUnbounded<TrustChange>();
    private WebApplication? _app;

    private MtlsServer(string policyEnd)
    {
        using ECDsa key = Pki.Root.GetECDsaPrivateKey()!;
        _directory = new ConfigDirectory(CertificateAuthority.FromPem(
            Pki.Root.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()));
        WritePolicy("", policyEnd);
        Trust = ServerTrust.Load(_directory.Load(), ServeMode.Serve, Time);
        Trust.Changed += (_, change) => _changes.Writer.TryWrite(change);
        Identities = new IdentityService(Trust, Time);
        _metrics = new TlsMetrics(Trust, Time);
    }

    public MtlsPki Pki { get; } = new();

    public ShiftedTime Time { get; } = new();

    public ServerTrust Trust { get; }

    public IdentityService Identities { get; }

    public int Port { get; private set; }

    /// <summary>Handshakes that were refused or failed, in order.</summary>
    public ChannelReader<HandshakeFailure> Failures => _failures.Reader;

    public ChannelReader<TrustChange> Changes => _changes.Reader;

    public static Task<MtlsServer> StartAsync() => StartAsync("");

    /// <param name="policyEnd">Lines at the end of the policy: anonymous_tiles.</param>
    public static async Task<MtlsServer> StartAsync(string policyEnd)
    {
        MtlsServer server = new(policyEnd);
        TlsListener listener = new(server.Trust, server._metrics, ConnectionLimits.Default, server.Time);
        listener.Failed += (_, failure) => server._failures.Writer.TryWrite(failure);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener.Configure));
        server._app = builder.Build();
        server._app.MapGet("/", (HttpContext context) => server.Identities.Check(context).ToString());
        await server._app.StartAsync();
        server.Port = new Uri(server._app.Urls.First()).Port;
        return server;
    }

    public Task<HandshakeFailure> NextFailureAsync() => _failures.Reader.ReadAsync().AsTask().WaitAsync(s_hangUp);

    public Task<TrustChange> NextChangeAsync() => _changes.Reader.ReadAsync().AsTask().WaitAsync(s_hangUp);

    public string File(string name) => _directory.In(name);

    public void WritePolicy(string moreDenied, string end) =>
        PkiFiles.WritePublic(_directory.In("policy.yaml"), Pki.Policy(moreDenied, end));

    public void WriteAuthorities(params X509Certificate2[] authorities) => PkiFiles.WritePublic(
        _directory.In("pki/ca.pem"), string.Join('\n', authorities.Select(a => a.ExportCertificatePem())));

    /// <summary>A new server certificate and key from the same authority.</summary>
    public CertificateReport RenewServer() => _directory.Pki.RenewServer(TimeSpan.FromDays(20), DateTimeOffset.UtcNow);

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.FromMilliseconds(100));
        await _app!.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        _metrics.Dispose();
        _directory.Dispose();
    }
}
