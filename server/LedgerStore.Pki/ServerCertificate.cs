// The server's certificate with its chain and private key, ready for handshakes. Immutable; any thread. A replaced one
// is left to the garbage collector, because handshakes that are under way still use it.
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Pki;

internal sealed class ServerCertificate
{
    private ServerCertificate(SslStreamCertificateContext context, CertificateReport report)
    {
        Context = context;
        Report = report;
    }

    public SslStreamCertificateContext Context { get; }

    public CertificateReport Report { get; }

    /// <summary>Reads a certificate, the intermediate ones behind it, and the private key.</summary>
    /// <exception cref="PkiException">They cannot be used, and why.</exception>
    public static ServerCertificate Parse(string certificatePem, string keyPem, DateTimeOffset now)
    {
        try
        {
            X509Certificate2 leaf = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            X509Certificate2Collection all = [];
            all.ImportFromPem(certificatePem);
            all.RemoveAt(0);
            CertificateReport report = CertificateReport.Of(leaf);
            Check(leaf, report, now);

            // Offline: a handshake must never wait for a download of somebody else's certificates.
            return new ServerCertificate(SslStreamCertificateContext.Create(leaf, all, offline: true), report);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new PkiException($"the server certificate and its key cannot be used: {error.Message}", error);
        }
    }

    private static void Check(X509Certificate2 leaf, CertificateReport report, DateTimeOffset now)
    {
        if (!CertificateNames.HasUsage(leaf, CertificatePurposes.ServerAuth))
        {
            throw new PkiException("the server certificate has no extended key usage serverAuth: clients refuse it");
        }

        if (now > report.NotAfter || now < report.NotBefore)
        {
            throw new PkiException(
                $"the server certificate is {report.StateAt(now)}: clients refuse it; issue a new one");
        }

        if (CertificateKeys.Problem(leaf) is { } weak)
        {
            throw new PkiException($"the server certificate: {weak}");
        }
    }
}
