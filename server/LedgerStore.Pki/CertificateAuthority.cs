// A small private certificate authority: one root, ECDSA P-256, that signs server and client certificates.
// Holds the root's private key; owned by whoever made it, one thread. No files here, and time is passed in.
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LedgerStore.Policy;

namespace LedgerStore.Pki;

/// <summary>Signs certificates. Everything it gives out is PEM text.</summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>How long a development authority and all it signs live.</summary>
    public static readonly TimeSpan DevelopmentValidity = TimeSpan.FromDays(30);

    /// <summary>What a real authority gets if nobody says otherwise.</summary>
    public static readonly TimeSpan AuthorityValidity = TimeSpan.FromDays(3650);

    /// <summary>What server and client certificates get if nobody says otherwise: renewing stays a habit.</summary>
    public static readonly TimeSpan LeafValidity = TimeSpan.FromDays(90);

    // Clocks of other machines may be a little behind.
    private static readonly TimeSpan s_backdate = TimeSpan.FromMinutes(10);

    private readonly X509Certificate2 _certificate;
    private readonly ECDsa _key;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key)
    {
        _certificate = certificate;
        _key = key;
        Report = CertificateReport.Of(certificate);
    }

    /// <summary>What the root certificate says.</summary>
    public CertificateReport Report { get; }

    /// <summary>The root certificate: `client_ca` of servers, the trusted root of clients.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>The root's private key, PKCS#8 PEM, not encrypted: to be written 0600 and kept offline.</summary>
    public string PrivateKeyPem => _key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>A new authority for real use.</summary>
    public static CertificateAuthority Create(string name, TimeSpan validity, DateTimeOffset now) =>
        Create(name, validity, now, isDevelopment: false);

    /// <summary>A new authority that lives 30 days and that a server in earnest refuses.</summary>
    public static CertificateAuthority CreateDevelopment(DateTimeOffset now) =>
        Create("LedgerStore development CA", DevelopmentValidity, now, isDevelopment: true);

    /// <summary>An authority that exists.</summary>
    /// <exception cref="PkiException">The texts are no authority, or do not belong together.</exception>
    public static CertificateAuthority FromPem(string certificatePem, string privateKeyPem)
    {
        X509Certificate2? loaded = null;
        ECDsa? own = null;
        try
        {
            loaded = X509Certificate2.CreateFromPem(certificatePem);
            own = ECDsa.Create();
            own.ImportFromPem(privateKeyPem);
            byte[] spki = own.ExportSubjectPublicKeyInfo();
            if (!spki.AsSpan().SequenceEqual(loaded.PublicKey.ExportSubjectPublicKeyInfo()))
            {
                throw new PkiException("the authority's key does not belong to its certificate");
            }

            CertificateAuthority authority = new(loaded, own);
            return authority.Report.Role == CertificateRole.Authority
                ? authority
                : throw new PkiException($"{loaded.Subject} is not an authority: it must not sign certificates");
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            loaded?.Dispose();
            own?.Dispose();
            throw new PkiException($"this is no authority with an ECDSA key in PEM: {error.Message}", error);
        }
    }

    /// <summary>A server certificate for DNS names and addresses.</summary>
    public IssuedCertificate IssueServer(IReadOnlyList<string> names, TimeSpan validity, DateTimeOffset now)
    {
        List<string> dns = [];
        List<IPAddress> addresses = [];
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                addresses.Add(address);
            }
            else if (Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name)
                == UriHostNameType.Dns)
            {
                dns.Add(name);
            }
            else
            {
                throw new PkiException($"{Quoted.Text(name)} is neither a DNS name nor an address");
            }
        }

        if (names.Count == 0)
        {
            throw new PkiException("a server certificate needs at least one DNS name or address");
        }

        return Sign(k => CertificateProfile.Server(new CertificateNames([], [.. dns], [.. addresses]), k),
            validity, now);
    }

    /// <summary>A client certificate whose identity is spiffe://trust domain/name.</summary>
    public IssuedCertificate IssueClient(string trustDomain, string name, TimeSpan validity, DateTimeOffset now)
    {
        string problem = SpiffeId.DomainProblem(trustDomain);
        string uri = $"{SpiffeId.Scheme}{trustDomain}/{name}";
        problem = problem.Length > 0 ? problem : SpiffeId.Problem(uri, trustDomain);
        return problem.Length > 0
            ? throw new PkiException(problem)
            : Sign(k => CertificateProfile.Client(uri, k), validity, now);
    }

    /// <summary>The same names and purpose with a new key and a new serial number.</summary>
    public IssuedCertificate Renew(X509Certificate2 old, TimeSpan validity, DateTimeOffset now)
    {
        CertificateNames? names = CertificateNames.Read(old);
        switch (CertificateReport.Of(old).Role)
        {
            case CertificateRole.Client when names is { Uris: [string uri] }:
                return Sign(k => CertificateProfile.Client(uri, k), validity, now);
            case CertificateRole.Server when names is { Uris: [] } && names.All.Length > 0:
                return Sign(k => CertificateProfile.Server(names, k), validity, now);
            default:
                throw new PkiException(
                    $"{old.Subject} is neither a client certificate with one URI nor a server certificate");
        }
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateAuthority Create(string name, TimeSpan validity, DateTimeOffset now, bool isDevelopment)
    {
        ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = CertificateProfile.Authority(name, isDevelopment, rootKey);
        if (isDevelopment)
        {
            request.CertificateExtensions.Add(DevelopmentMarker.Extension());
        }

        using X509Certificate2 signed = request.CreateSelfSigned(now - s_backdate, now + validity);
        return new CertificateAuthority(X509CertificateLoader.LoadCertificate(signed.RawDataMemory.Span), rootKey);
    }

    private IssuedCertificate Sign(Func<ECDsa, CertificateRequest> profile, TimeSpan validity, DateTimeOffset now)
    {
        DateTimeOffset end = now + validity;
        if (end > Report.NotAfter)
        {
            throw new PkiException($"the authority itself ends {Report.NotAfter:u}, before {end:u}; ask for a shorter"
                + " time, or make a new authority and let servers trust both for a while");
        }

        using ECDsa leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = profile(leafKey);
        if (_certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } identifier)
        {
            request.CertificateExtensions.Add(
                X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        }

        if (Report.IsDevelopment)
        {
            request.CertificateExtensions.Add(DevelopmentMarker.Extension());
        }

        DateTimeOffset start = now - s_backdate;
        using X509Certificate2 signed = request.Create(
            _certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            start < Report.NotBefore ? Report.NotBefore : start,
            end,
            NewSerial());
        return new IssuedCertificate(
            signed.ExportCertificatePem() + "\n",
            leafKey.ExportPkcs8PrivateKeyPem() + "\n",
            CertificateReport.Of(signed));
    }

    // 127 random bits, positive and without a leading zero octet (RFC 5280, 4.1.2.2).
    private static byte[] NewSerial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40);
        return serial;
    }
}
