// The certificates that clients must come from. Immutable; any thread. Compared by reference: a connection remembers
// which bundle its certificate was checked against.
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Pki;

internal sealed class ClientAuthorities
{
    /// <summary>More are a mistake: somebody took the machine's bundle of public authorities.</summary>
    public const int CertificatesMax = 64;

    private readonly X509Certificate2Collection _roots;
    private readonly X509Certificate2Collection _intermediates;

    private ClientAuthorities(X509Certificate2Collection roots, X509Certificate2Collection intermediates)
    {
        _roots = roots;
        _intermediates = intermediates;
        Reports = [.. roots.Concat(intermediates).Select(CertificateReport.Of)];
    }

    public ImmutableArray<CertificateReport> Reports { get; }

    /// <summary>True if any of them was made for development; a server in earnest refuses the bundle then.</summary>
    public bool HasDevelopment => Reports.Any(r => r.IsDevelopment);

    /// <exception cref="PkiException">The bundle cannot be used, and why.</exception>
    public static ClientAuthorities Parse(string pem, DateTimeOffset now)
    {
        X509Certificate2Collection all = [];
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new PkiException($"the client authorities cannot be read: {error.Message}", error);
        }

        if (all.Count is 0 or > CertificatesMax)
        {
            throw new PkiException(
                $"the bundle of client authorities has {all.Count} certificates, not 1 to {CertificatesMax}");
        }

        X509Certificate2Collection own = [], others = [];
        foreach (X509Certificate2 certificate in all)
        {
            Check(certificate);
            bool isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (isRoot ? own : others).Add(certificate);
        }

        ClientAuthorities authorities = new(own, others);
        return own.Count == 0
            ? throw new PkiException("no client authority is a root, that is, signed by itself")
            : authorities.Reports.Take(own.Count).All(r => now > r.NotAfter)
                ? throw new PkiException("every client authority is expired: nobody could connect")
                : authorities;
    }

    /// <summary>True if the certificate is in the bundle.</summary>
    public bool Contains(X509Certificate2 certificate) =>
        _roots.Contains(certificate) || _intermediates.Contains(certificate);

    /// <summary>How a client's chain is built: to these roots, for client authentication, without network.</summary>
    public X509ChainPolicy ChainPolicy(DateTimeOffset now)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.LocalDateTime,
        };
        policy.CustomTrustStore.AddRange(_roots);
        policy.ExtraStore.AddRange(_intermediates);
        policy.ApplicationPolicy.Add(new Oid(CertificatePurposes.ClientAuth));
        return policy;
    }

    private static void Check(X509Certificate2 certificate)
    {
        if (CertificateReport.Of(certificate).Role != CertificateRole.Authority)
        {
            throw new PkiException($"{certificate.Subject} in the bundle of client authorities is no authority");
        }

        if (CertificateKeys.Problem(certificate) is { } weak)
        {
            throw new PkiException($"{certificate.Subject} in the bundle of client authorities: {weak}");
        }
    }
}
