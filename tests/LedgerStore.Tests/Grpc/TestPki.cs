// A certificate authority for one test run, with a server and a client certificate of it.
// Made once; any thread.

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LedgerStore.Tests.Grpc;

internal sealed class TestPki
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly DateTimeOffset _notBefore = DateTimeOffset.UtcNow.AddHours(-1);
    private readonly DateTimeOffset _notAfter = DateTimeOffset.UtcNow.AddDays(2);
    private readonly X509Certificate2 _authority;

    internal TestPki()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Test CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(_notBefore, _notAfter);
        Server = Issue("CN=server", ServerAuth, names =>
        {
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
        });
        Client = Issue("CN=client", ClientAuth, names => names.AddUri(new Uri("spiffe://example.org/tester")));
    }

    internal static TestPki Shared { get; } = new();

    internal X509Certificate2 Server { get; }

    internal X509Certificate2 Client { get; }

    internal X509Certificate2Collection Roots => [X509CertificateLoader.LoadCertificate(_authority.RawData)];

    /// <summary>Writes ca.pem, server.pem, server.key, client.pem and client.key.</summary>
    internal void WriteTo(string directory)
    {
        File.WriteAllText(Path.Combine(directory, "ca.pem"), _authority.ExportCertificatePem());
        foreach ((string name, X509Certificate2 certificate) in new[] { ("server", Server), ("client", Client) })
        {
            File.WriteAllText(Path.Combine(directory, name + ".pem"), certificate.ExportCertificatePem());
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            File.WriteAllText(Path.Combine(directory, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        }
    }

    private X509Certificate2 Issue(string subject, string usage, Action<SubjectAlternativeNameBuilder> addNames)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        addNames(names);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7f;
        using X509Certificate2 certificate = request.Create(
            _authority, _notBefore, _notAfter, serial);
        using X509Certificate2 withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(
            withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
