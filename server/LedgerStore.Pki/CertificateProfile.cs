// Which extensions each kind of certificate gets. Pure functions: from names to a request.
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Pki;

internal static class CertificateProfile
{
    /// <summary>A root that signs leaves and nothing else: path length 0.</summary>
    public static CertificateRequest Authority(string name, bool isDevelopment, ECDsa key)
    {
        X500DistinguishedNameBuilder subject = new();
        if (isDevelopment)
        {
            subject.AddOrganizationalUnitName(DevelopmentMarker.Unit);
        }

        subject.AddCommonName(name);
        CertificateRequest request = new(subject.Build(), key, HashAlgorithmName.SHA256);
        Add(request, new X509BasicConstraintsExtension(true, true, 0, critical: true));
        Add(request, new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        Add(request, new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    public static CertificateRequest Server(CertificateNames names, ECDsa key)
    {
        SubjectAlternativeNameBuilder builder = new();
        foreach (string name in names.DnsNames)
        {
            builder.AddDnsName(name);
        }

        foreach (IPAddress address in names.Addresses)
        {
            builder.AddIpAddress(address);
        }

        return Leaf(names.All[0], builder, CertificatePurposes.ServerAuth, key);
    }

    public static CertificateRequest Client(string uri, ECDsa key)
    {
        SubjectAlternativeNameBuilder builder = new();
        builder.AddUri(new Uri(uri));
        return Leaf(uri[(uri.LastIndexOf('/') + 1)..], builder, CertificatePurposes.ClientAuth, key);
    }

    private static CertificateRequest Leaf(
        string name, SubjectAlternativeNameBuilder names, string purpose, ECDsa key)
    {
        const int CommonNameMax = 64;
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(name.Length > CommonNameMax ? name[..CommonNameMax] : name);
        CertificateRequest request = new(subject.Build(), key, HashAlgorithmName.SHA256);
        Add(request, new X509BasicConstraintsExtension(false, false, 0, critical: true));
        Add(request, new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        Add(request, new X509EnhancedKeyUsageExtension([CertificatePurposes.Oid(purpose)], critical: false));
        Add(request, names.Build());
        Add(request, new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static void Add(CertificateRequest request, X509Extension extension) =>
        request.CertificateExtensions.Add(extension);
}
