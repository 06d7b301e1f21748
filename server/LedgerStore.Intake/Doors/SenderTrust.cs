// What handshakes with senders need: the certificate that is shown, and who may vouch for senders. Made from files, all
// or nothing; immutable; any thread.
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Intake.Config;
using LedgerStore.Pki;

namespace LedgerStore.Intake.Doors;

internal sealed class SenderTrust
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly ServerCertificate _certificate;
    private readonly ClientAuthorities? _authorities;
    private readonly TimeProvider _time;

    private SenderTrust(ServerCertificate certificate, ClientAuthorities? authorities, TimeProvider time)
    {
        _certificate = certificate;
        _authorities = authorities;
        _time = time;
    }

    /// <exception cref="PkiException">The files cannot be used, and why.</exception>
    public static SenderTrust Load(TlsFiles files, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (PkiFiles.IsOpenToOthers(files.Key))
        {
            throw new PkiException($"{files.Key} can be read by others; chmod 600 it");
        }

        return new SenderTrust(
            ServerCertificate.Parse(PkiFiles.Read(files.Certificate), PkiFiles.Read(files.Key), now),
            files.ClientCa is { } ca ? ClientAuthorities.Parse(PkiFiles.Read(ca), now) : null,
            time);
    }

    /// <summary>For one handshake. A certificate is asked for where anybody could have one, and is checked if it comes;
    /// whether it is needed, the source says.</summary>
    public SslServerAuthenticationOptions Options(IEnumerable<SslApplicationProtocol> protocols) => new()
    {
        ServerCertificateContext = _certificate.Context,
#pragma warning disable CA5398 // These two on purpose, whatever the system's default is: senders may have only 1.2.
        EnabledSslProtocols = Versions,
#pragma warning restore CA5398
        ApplicationProtocols = [.. protocols],
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = _authorities?.ChainPolicy(_time.GetUtcNow()),
        ClientCertificateRequired = _authorities is not null,
        RemoteCertificateValidationCallback = static (_, certificate, _, errors) =>
            certificate is null || errors == SslPolicyErrors.RemoteCertificateNotAvailable
            || (errors == SslPolicyErrors.None && certificate is X509Certificate2 leaf
                && CertificateNames.HasUsage(leaf, CertificatePurposes.ClientAuth)),
    };
}
