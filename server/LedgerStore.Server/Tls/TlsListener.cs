// The one door of the server: mutual TLS on Kestrel. Three layers around each connection: the outermost asks whether
// there is room and sees how the handshake ended, TLS itself, and the innermost notes that it is complete. Any thread.
//
// Sessions are never resumed: a resumed session brings the client's certificate but not the intermediate ones it came
// with, so its chain could not be checked again. Each connection is a whole handshake with a whole check.
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Server.Config;
using LedgerStore.Server.Identity;
using LedgerStore.Server.Trust;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace LedgerStore.Server.Tls;

internal sealed class TlsListener(
    ServerTrust trust, TlsMetrics metrics, ConnectionLimits limits, TimeProvider time)
{
    private readonly ConnectionGate _gate = new(limits, time);

    /// <summary>Whether a client may come without a certificate even where no ledger is open to it: for health.
    /// </summary>
    public bool IsCertificateOptional { get; init; }

    /// <summary>No certificate is asked for, which browsers would bother people with: who comes says a session.
    /// </summary>
    public bool IsForBrowsers { get; init; }

    /// <summary>Who is connected now.</summary>
    public ConnectionGate Gate => _gate;

    /// <summary>A handshake failed or was refused. Raised on the connection's thread; handlers must be quick.</summary>
    public event EventHandler<HandshakeFailure>? Failed;

    /// <summary>Makes an address serve gRPC and tiles over mutual TLS.</summary>
    public void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => WatchAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = ServerLimits.HandshakeTimeout,
            OnConnection = context => new ValueTask<SslServerAuthenticationOptions>(
                OptionsFor(context.Connection.Features.Get<ConnectionCaller>()!)),
        });
        listen.Use(next => connection =>
        {
            ConnectionCaller caller = connection.Features.Get<ConnectionCaller>()!;
            caller.IsEstablished = true;
            if (caller.Certificate is not null)
            {
                caller.IsCountedAsKnown = true;
                _gate.Identified();
            }

            metrics.Completed();
            return next(connection);
        });
    }

    private async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        ConnectionCaller caller = new(connection.RemoteEndPoint as IPEndPoint);
        RefusalReason full = _gate.Enter(caller.Address, out TimeSpan wait);
        if (full != RefusalReason.None)
        {
            // Closed without a word: nothing is known of the client yet.
            Fail(new HandshakeFailure(caller.Address, full, "there is no room for it"));
            return;
        }

        try
        {
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, connection.ConnectionClosed).ConfigureAwait(false);
            }

            await HandshakeAsync(connection, caller, next).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (connection.ConnectionClosed.IsCancellationRequested)
        {
            // It went away while it waited.
        }
        finally
        {
            _gate.Leave(caller.Address, caller.IsCountedAsKnown);
        }
    }

    private async Task HandshakeAsync(ConnectionContext connection, ConnectionCaller caller, ConnectionDelegate next)
    {
        connection.Features.Set(caller);
        IDuplexPipe transport = connection.Transport;
        connection.Transport = new Wire(new HandshakeReader(transport.Input, caller), transport.Output);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            connection.Transport = transport;
        }

        if (!caller.IsEstablished)
        {
            Fail(new HandshakeFailure(
                caller.Address,
                caller.Refusal?.Reason ?? RefusalReason.HandshakeFailed,
                caller.Refusal?.Detail ?? "the handshake was not completed"));
        }
    }

    private void Fail(HandshakeFailure failure)
    {
        metrics.Refused(failure.Reason);
        Failed?.Invoke(this, failure);
    }

    private SslServerAuthenticationOptions OptionsFor(ConnectionCaller caller)
    {
        TrustSnapshot snapshot = trust.Current;
        DateTimeOffset now = time.GetUtcNow();
        if (IsForBrowsers)
        {
            return WithoutCertificate(snapshot);
        }

        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = snapshot.ServerCertificate.Context,
#pragma warning disable CA5398 // These two on purpose, whatever the system's default is: clients may have only 1.2.
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = snapshot.ClientAuthorities.ChainPolicy(now),

            // "Required" asks for a certificate; what is without one is decided below.
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                CertificateVerdict verdict = Judge(certificate, chain, snapshot, now);
                caller.Certificate = verdict.Certificate;
                caller.Refusal = verdict.Reason == RefusalReason.None ? null : verdict;
                return verdict.Reason == RefusalReason.None;
            },
        };
    }

    private static SslServerAuthenticationOptions WithoutCertificate(TrustSnapshot snapshot) => new()
    {
        ServerCertificateContext = snapshot.ServerCertificate.Context,
#pragma warning disable CA5398 // As below.
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        AllowRenegotiation = false,
        AllowTlsResume = false,
        ClientCertificateRequired = false,
    };

    private CertificateVerdict Judge(
        X509Certificate? certificate, X509Chain? chain, TrustSnapshot snapshot, DateTimeOffset now)
    {
        if (certificate is not X509Certificate2 leaf || chain is null)
        {
            return snapshot.Policy.HasAnonymousTiles || IsCertificateOptional
                ? new CertificateVerdict(null, RefusalReason.None, "")
                : new CertificateVerdict(null, RefusalReason.NoCertificate, "the client sent no certificate");
        }

        ImmutableArray<byte[]> sent = ClientCertificateCheck.SentWith(chain, snapshot.ClientAuthorities);
        CertificateVerdict verdict = ClientCertificateCheck.Judge(leaf, chain, sent, snapshot.ClientAuthorities, now);
        if (verdict.Certificate is null)
        {
            return verdict with { Detail = $"{leaf.Subject} serial {leaf.SerialNumber}: {verdict.Detail}" };
        }

        // Also checked for every call; here it keeps a stolen key from holding connections open.
        return PolicyIdentification.DenialOf(verdict.Certificate, snapshot.Policy) is { } rule
            ? new CertificateVerdict(null, RefusalReason.Denied, PolicyIdentification.DeniedBy(rule))
            : verdict;
    }

    private sealed record Wire(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
