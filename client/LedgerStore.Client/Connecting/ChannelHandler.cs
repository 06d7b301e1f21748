// Makes the HTTP/2 client below a channel: TLS, trust, keep-alive and windows.
// Pure functions over the options.

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Protocol;

namespace LedgerStore.Client;

/// <summary>The HTTP client of one connection. It hides its type from the channel, which would put a balancer of its
/// own in the place of how it connects.</summary>
internal sealed class ChannelHandler(ChannelSettings settings) : HttpMessageHandler
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private static readonly string s_appends = LedgerMethods.AppendStream.FullName;
    private readonly HttpMessageInvoker _inner = new(Create(settings), disposeHandler: true);

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The HTTP client checks the server's certificate against this, and ignores the name in its TLS options.
        request.Headers.Host = settings.ServerName;
        if (request.Content is { } messages && request.RequestUri!.AbsolutePath == s_appends)
        {
            request.Content = new GatheredContent(messages);
        }

        return _inner.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        _inner.Dispose();
        base.Dispose(disposing);
    }

    private static SocketsHttpHandler Create(ChannelSettings options)
    {
        SocketsHttpHandler handler = new()
        {
            // A ledger is reached directly and by one name; nothing of a browser's habits belongs here.
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePingDelay = options.KeepAliveDelay,
            KeepAlivePingTimeout = options.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            InitialHttp2StreamWindowSize = options.StreamWindowBytes,
            SslOptions = TlsOptions(options),
        };
        return handler;
    }

    private static SslClientAuthenticationOptions TlsOptions(ChannelSettings options)
    {
        SslClientAuthenticationOptions tls = new()
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = ServerTrust(options.TrustedRoots),
        };
        if (options.ClientCertificate is not null)
        {
            if (!options.ClientCertificate.HasPrivateKey)
            {
                throw new ArgumentException(
                    "the client certificate has no private key; load it together with its key file", nameof(options));
            }

            // Offline: the chain is what the caller gave, never something fetched from a URL in a certificate.
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(
                options.ClientCertificate, options.ClientCertificateChain, offline: true);
        }

        return tls;
    }

    private static X509ChainPolicy ServerTrust(X509Certificate2Collection? roots)
    {
        X509ChainPolicy policy = new()
        {
            // A private CA has no revocation service that a client could ask; asking would refuse everyone.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        return policy;
    }
}
