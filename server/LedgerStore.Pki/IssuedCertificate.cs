// A new certificate with its private key, as text ready for files. Holds a secret: it is written once and dropped.
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Pki;

/// <summary>What an authority gives out.</summary>
/// <param name="CertificatePem">The certificate, PEM.</param>
/// <param name="PrivateKeyPem">Its private key, PKCS#8 PEM, not encrypted: to be written 0600.</param>
/// <param name="Report">What it says, for people.</param>
public sealed record IssuedCertificate(string CertificatePem, string PrivateKeyPem, CertificateReport Report)
{
    /// <summary>The certificate without its key.</summary>
    public X509Certificate2 Load() => X509Certificate2.CreateFromPem(CertificatePem);

    /// <summary>Never shows the key.</summary>
    public override string ToString() => Report.ToString();
}
